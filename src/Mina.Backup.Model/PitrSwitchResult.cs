namespace Mina.Backup.Model;

/// <summary>A branch that took the live one's place.</summary>
public sealed record PitrSwitchResult
{
    /// <summary>Name of the branch.</summary>
    public required string Branch { get; init; }

    /// <summary>By which way.</summary>
    public PitrSwitchMethod Method { get; init; }

    /// <summary>The point it held.</summary>
    public PitrPoint? Reached { get; init; }

    /// <summary>The backup of the branch's database that was restored; it stays. Null unless the databases were swapped.</summary>
    public BackupResult? Backup { get; init; }

    /// <summary>The restore, with its proof and the name of the database set aside. Null unless the databases were swapped.</summary>
    public RestoreResult? Restore { get; init; }

    /// <summary>Neon: name of the branch that is the default now.</summary>
    public string? DefaultBranch { get; init; }

    /// <summary>Neon: name of the branch that holds what was live before.</summary>
    public string? PreservedBranch { get; init; }

    /// <summary>Neon: what becomes of connection strings, host by host.</summary>
    public IReadOnlyList<PitrConnectionChange> Connections { get; init; } = [];
}
