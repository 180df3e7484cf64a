namespace Mina.Backup.Engine.Runtime;

/// <summary>The log of one run. Every line is stamped in UTC; registered secrets are replaced before a byte is written.</summary>
public interface IRunLog
{
    /// <summary>Full path of the log file.</summary>
    string Path { get; }

    /// <summary>Writes one entry.</summary>
    void Write(LogLevel level, string message);

    /// <summary>Registers a text that must never be written; later entries show <c>***</c> in its place.</summary>
    void Redact(string secret);
}
