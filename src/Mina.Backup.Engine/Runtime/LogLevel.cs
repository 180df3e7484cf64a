namespace Mina.Backup.Engine.Runtime;

/// <summary>Weight of a log entry.</summary>
public enum LogLevel
{
    /// <summary>For developers.</summary>
    Debug,

    /// <summary>What was done.</summary>
    Information,

    /// <summary>What an operator should know.</summary>
    Warning,

    /// <summary>Why the run failed.</summary>
    Error,
}
