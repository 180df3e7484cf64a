namespace Mina.Backup.Model;

/// <summary>Who makes and holds a branch.</summary>
public enum PitrProvider
{
    /// <summary>A disposable cluster on this machine, recovered from a base backup and the WAL archive.</summary>
    Local,

    /// <summary>A branch of a Neon project.</summary>
    Neon,
}
