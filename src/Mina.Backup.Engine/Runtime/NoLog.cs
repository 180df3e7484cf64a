namespace Mina.Backup.Engine.Runtime;

/// <summary>The log of something that is no run of its own, such as listing: nothing is written.</summary>
internal sealed class NoLog : IRunLog
{
    /// <inheritdoc/>
    public string Path => "";

    /// <inheritdoc/>
    public void Write(LogLevel level, string message)
    {
    }

    /// <inheritdoc/>
    public void Redact(string secret)
    {
    }
}
