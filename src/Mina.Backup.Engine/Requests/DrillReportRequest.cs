using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>A report on drills to write.</summary>
public sealed record DrillReportRequest
{
    /// <summary>The drills; those of the history that fit <see cref="Query"/> when empty.</summary>
    public IReadOnlyList<RecoveryDrillResult> Drills { get; init; } = [];

    /// <summary>The history, and which of its drills.</summary>
    public DrillQuery Query { get; init; } = new();

    /// <summary>How it is written; by the ending of <see cref="Path"/>, or else HTML, when null.</summary>
    public DrillReportFormat? Format { get; init; }

    /// <summary>The file to write, or an existing folder, in which the file is called after its time.</summary>
    public required string Path { get; init; }

    /// <summary>Whether a file of that name is replaced.</summary>
    public bool Overwrite { get; init; }
}
