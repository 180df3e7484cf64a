namespace Mina.Backup.Model;

/// <summary>Result of reading one base backup back in full.</summary>
public sealed record BaseBackupVerification
{
    /// <summary>Name of the base backup.</summary>
    public required string Name { get; init; }

    /// <summary>Place that holds it.</summary>
    public required string Location { get; init; }

    /// <summary>Failed if any check failed; Passed only if every check that applies passed; NotChecked otherwise.</summary>
    public required CheckOutcome Outcome { get; init; }

    /// <summary>Every check with its own outcome, in the order in which they are done.</summary>
    public required IReadOnlyList<BaseBackupCheck> Checks { get; init; }

    /// <summary>When it was done, UTC.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>Elapsed time.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Bytes read from the store.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Files whose SHA-256 was compared with the server's.</summary>
    public int Files { get; init; }

    /// <summary>The first failed check, or null.</summary>
    public BaseBackupCheck? FirstFailure => Checks.FirstOrDefault(check => check.Outcome == CheckOutcome.Failed);
}

/// <summary>Result of one check of a base backup.</summary>
public sealed record BaseBackupCheck
{
    /// <summary>Which check.</summary>
    public required BaseBackupCheckKind Check { get; init; }

    /// <summary>Its outcome.</summary>
    public required CheckOutcome Outcome { get; init; }

    /// <summary>What was compared, what disagreed, or why it was not checked.</summary>
    public required string Detail { get; init; }

    /// <summary>Id of the error that the failure stands for; null unless it failed.</summary>
    public string? ErrorId { get; init; }
}

/// <summary>The checks that the verification of a base backup is made of.</summary>
public enum BaseBackupCheckKind
{
    /// <summary>The manifest can be read and belongs to these files.</summary>
    Manifest,

    /// <summary>Size and SHA-256 of every archive are those of the manifest.</summary>
    Hash,

    /// <summary>Every archive decrypts, with its modification detection code, inflates with the right checksums, and is a complete tar.</summary>
    Content,

    /// <summary>Every file has the size and SHA-256 that the server recorded while it sent it.</summary>
    Files,

    /// <summary>The index can be read and says where everything stands.</summary>
    Index,

    /// <summary>The WAL that it needs to be consistent is in the archive.</summary>
    Wal,

    /// <summary>Every base backup that an incremental one builds on is there, complete and not known to be damaged.</summary>
    Chain,
}
