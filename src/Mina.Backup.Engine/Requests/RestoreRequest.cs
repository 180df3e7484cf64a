namespace Mina.Backup.Engine.Requests;

/// <summary>A backup to restore.</summary>
public sealed record RestoreRequest
{
    /// <summary>Which one.</summary>
    public required BackupReference Backup { get; init; }

    /// <summary>What opens it.</summary>
    public KeyRequest Keys { get; init; } = new();

    /// <summary>Connection URI or Npgsql string of the target server; <c>DATABASE_URL</c> when null.</summary>
    public string? Database { get; init; }

    /// <summary>Name of the database to restore into; the one that <see cref="Database"/> names when null.</summary>
    public string? TargetDatabase { get; init; }

    /// <summary>Tables to restore, by name or schema and name; empty for the whole database.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>Schema for single tables; a new one when null and the database exists, their own when it is created.</summary>
    public string? TargetSchema { get; init; }

    /// <summary>Replace the content within one transaction instead of swapping databases.</summary>
    public bool InPlace { get; init; }

    /// <summary>Drop the live database before loading; needs a verified safety backup on another disk.</summary>
    public bool DropFirst { get; init; }

    /// <summary>Create missing roles and tablespaces from the companion first.</summary>
    public bool RestoreGlobals { get; init; }

    /// <summary>Drop the set-aside database once the copy is in place.</summary>
    public bool DropOriginal { get; init; }

    /// <summary>Make no backup of the live database first.</summary>
    public bool SkipSafetyBackup { get; init; }

    /// <summary>Place for the safety backup; the default folder for its protection when null.</summary>
    public string? SafetyLocation { get; init; }

    /// <summary>Leave objects to the connecting role.</summary>
    public bool NoOwner { get; init; }

    /// <summary>Leave out GRANT and REVOKE.</summary>
    public bool NoPrivileges { get; init; }

    /// <summary>Go on in spite of logical slots, subscriptions or an older server; prepared transactions are refused all the same.</summary>
    public bool Force { get; init; }

    /// <summary>Connections that load at once; from the number of cores when null.</summary>
    public int? Jobs { get; init; }
}
