namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>What a branch has on the disk: everything below one folder of the server's account alone.</summary>
/// <param name="Root">Full path.</param>
internal sealed record BranchFolder(string Root)
{
    /// <summary>Data directory.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>Folder of the tablespaces, one folder each.</summary>
    public string Tablespaces => Path.Combine(Root, "tablespaces");

    /// <summary>WAL on its way into recovery.</summary>
    public string Wal => Path.Combine(Root, "wal");

    /// <summary>The server's log.</summary>
    public string Log => Path.Combine(Root, "log");

    /// <summary>The superuser's password, readable by the server's account and root.</summary>
    public string Password => Path.Combine(Root, "password");

    /// <summary>The program that hands WAL to recovery.</summary>
    public string RestoreScript => Path.Combine(Root, "restore-wal");

    /// <summary>Folder of a tablespace.</summary>
    public string Tablespace(uint oid) => Path.Combine(Tablespaces, oid.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
