using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>A history of drills as it was read.</summary>
internal sealed record DrillHistoryContent
{
    /// <summary>Its file.</summary>
    public required string Path { get; init; }

    /// <summary>All records, oldest first, with marks for those that are missing.</summary>
    public required IReadOnlyList<DrillRecord> Records { get; init; }

    /// <summary>The last record that the chain knows. Who keeps these elsewhere can tell later whether everything up to here is still the same.</summary>
    public required DrillChainHead Head { get; init; }

    /// <summary>What is wrong with the whole; null when nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether every record is what was written, and none is missing. A torn one does not count: it never was complete.</summary>
    public bool IsIntact => Problem is null && Broken.Count == 0;

    /// <summary>Records that were changed, moved or removed.</summary>
    public IReadOnlyList<DrillRecord> Broken => [.. Records.Where(record => record.State is not (DrillRecordState.Intact or DrillRecordState.Torn))];

    /// <summary>Records that a run left unfinished.</summary>
    public IReadOnlyList<DrillRecord> Torn => [.. Records.Where(record => record.State == DrillRecordState.Torn)];

    /// <summary>The drills that count as evidence: those of intact records, oldest first.</summary>
    public IEnumerable<RecoveryDrillResult> Drills =>
        Records.Where(record => record.State == DrillRecordState.Intact).Select(record => record.Drill).OfType<RecoveryDrillResult>();

    /// <summary>The error of a history that is not intact; null when it is.</summary>
    public IntegrityException? Failure()
    {
        if (IsIntact)
        {
            return null;
        }

        var first = Broken.Count > 0 ? $"Record {Broken[0].Sequence} is {Broken[0].State.ToString().ToLowerInvariant()}: {Broken[0].Problem}" : Problem;
        var others = Broken.Count > 1 ? FormattableString.Invariant($" In all, {Broken.Count} records are not intact.") : "";
        return new IntegrityException(ErrorCatalog.DrillHistoryBroken, $"The history of drills {Path} is not what was written. {first}{others}", new ErrorContext { Target = Path });
    }
}
