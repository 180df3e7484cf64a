using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>A branch whose database is to take a live database's place.</summary>
public sealed record PitrSwitchRequest
{
    /// <summary>The branch.</summary>
    public required PitrBranchReference Branch { get; init; }

    /// <summary>By which way.</summary>
    public PitrSwitchMethod Method { get; init; }

    /// <summary>Neon, in place: name of the branch that keeps what the default branch was; one with the time when null.</summary>
    public string? PreserveUnderName { get; init; }

    /// <summary>Database of the branch; the one that its connection leads to when null.</summary>
    public string? BranchDatabase { get; init; }

    /// <summary>Connection URI or Npgsql string of the live server; <c>DATABASE_URL</c> when null.</summary>
    public string? Database { get; init; }

    /// <summary>Database to replace; the one that <see cref="Database"/> names when null.</summary>
    public string? TargetDatabase { get; init; }

    /// <summary>Place for the backup of the branch's database, and of the safety backup; the default folder for its protection when null.</summary>
    public string? Location { get; init; }

    /// <summary>How those backups are protected: by a passphrase or not at all, as they are read again at once.</summary>
    public ProtectionRequest Protection { get; init; } = new();

    /// <summary>Drop the set-aside database once the copy is in place.</summary>
    public bool DropOriginal { get; init; }

    /// <summary>Make no backup of the live database first.</summary>
    public bool SkipSafetyBackup { get; init; }

    /// <summary>Go on in spite of slots, subscriptions or prepared transactions in the live database.</summary>
    public bool Force { get; init; }
}
