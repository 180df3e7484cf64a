namespace Mina.Backup.Model;

/// <summary>Result of reading one backup back in full.</summary>
public sealed record BackupVerification
{
    /// <summary>Name of the backup.</summary>
    public required string Name { get; init; }

    /// <summary>Place that holds it.</summary>
    public required string Location { get; init; }

    /// <summary>Name of the data file within <see cref="Location"/>.</summary>
    public required string FileName { get; init; }

    /// <summary>Full path or address of the data file.</summary>
    public required string Path { get; init; }

    /// <summary>Failed if any check failed; Passed only if every check that applies passed; NotChecked otherwise.</summary>
    public required CheckOutcome Outcome { get; init; }

    /// <summary>Every check with its own outcome.</summary>
    public required IReadOnlyList<VerificationCheck> Checks { get; init; }

    /// <summary>When it was done, UTC.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>Elapsed time.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Bytes read from the store.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Rows counted.</summary>
    public long Rows { get; init; }

    /// <summary>The first failed check, or null.</summary>
    public VerificationCheck? FirstFailure => Checks.FirstOrDefault(check => check.Outcome == CheckOutcome.Failed);
}
