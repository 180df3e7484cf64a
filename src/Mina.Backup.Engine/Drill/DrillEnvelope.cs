using System.Text.Json;

namespace Mina.Backup.Engine.Drill;

/// <summary>A line of the history as JSON has it. The drill is read apart: a checksum can hold although a later version wrote what this one cannot read.</summary>
internal sealed record DrillEnvelope
{
    /// <summary>The version of the format that is written, and the greatest whose drills are read.</summary>
    public const int Version = 1;

    /// <summary>Version of the format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>Number of the record, from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>SHA-256 of the record before; zeros for the first.</summary>
    public required string Previous { get; init; }

    /// <summary>SHA-256 of what stands between the record before and this one: lines that a run left unfinished. Absent when nothing does.</summary>
    public string? Torn { get; init; }

    /// <summary>True when the head was missing while records were there; else absent.</summary>
    public bool? Unanchored { get; init; }

    /// <summary>When it was written, UTC.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The drill.</summary>
    public required JsonElement Drill { get; init; }

    /// <summary>SHA-256 of the line up to this property; absent only while a line is being made.</summary>
    public string? Sha256 { get; init; }
}
