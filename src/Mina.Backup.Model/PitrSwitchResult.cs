namespace Mina.Backup.Model;

/// <summary>A branch whose database took a live database's place.</summary>
public sealed record PitrSwitchResult
{
    /// <summary>Name of the branch.</summary>
    public required string Branch { get; init; }

    /// <summary>The point it held.</summary>
    public PitrPoint? Reached { get; init; }

    /// <summary>The backup of the branch's database that was restored; it stays.</summary>
    public required BackupResult Backup { get; init; }

    /// <summary>The restore, with its proof and the name of the database set aside.</summary>
    public required RestoreResult Restore { get; init; }
}
