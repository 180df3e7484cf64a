namespace Mina.Backup.Model;

/// <summary>How well an archive protects its cluster, from well to worst.</summary>
public enum WalArchiveState
{
    /// <summary>Nothing is wrong as far as could be looked.</summary>
    Healthy,

    /// <summary>It works, but something keeps it from being of full use: no base backup, a file that cannot be read, a server that was not asked.</summary>
    Limited,

    /// <summary>Commits wait for the archive for longer than they should.</summary>
    Behind,

    /// <summary>A segment is missing behind a base backup: later points cannot be recovered from it.</summary>
    Gap,

    /// <summary>Archiving or receiving fails, or does not run: the server keeps WAL that it cannot give away.</summary>
    Failing,
}
