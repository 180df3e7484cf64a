namespace Mina.Backup.Engine.Wal;

/// <summary>Where a file lies.</summary>
public enum WalFileSource
{
    /// <summary>In the archive: compressed, encrypted where the archive is.</summary>
    Archive,

    /// <summary>In the spool: plain, on its way to the archive.</summary>
    Spool,
}

/// <summary>One file of an archive or its spool.</summary>
/// <param name="Name">Its name as PostgreSQL writes it.</param>
/// <param name="Source">Where it lies.</param>
/// <param name="StoredName">Name of the object or of the file in the spool.</param>
/// <param name="StoredSize">Bytes that it takes there.</param>
/// <param name="ModifiedAt">When it was stored there, UTC.</param>
/// <param name="Encrypted">Whether it is an OpenPGP message.</param>
public sealed record WalFile(WalFileName Name, WalFileSource Source, string StoredName, long StoredSize, DateTimeOffset ModifiedAt, bool Encrypted);
