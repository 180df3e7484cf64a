namespace Mina.Backup.Model;

/// <summary>What a WAL receiver does.</summary>
public enum WalReceiverState
{
    /// <summary>It is being started and does not receive yet.</summary>
    Starting,

    /// <summary>It receives.</summary>
    Streaming,

    /// <summary>It failed and will be started again.</summary>
    Waiting,

    /// <summary>It was stopped, or has received what it was asked for.</summary>
    Stopped,
}
