using System.Text.Json;
using System.Text.Json.Serialization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>A report for programs; docs/format.md describes it.</summary>
internal sealed record JsonReport
{
    /// <summary>Version of the format.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset GeneratedAt { get; init; }

    /// <summary>Version of the product.</summary>
    public required string WrittenBy { get; init; }

    /// <summary>The history.</summary>
    public required JsonHistory History { get; init; }

    /// <summary>Where each kind and database of the report stands.</summary>
    public required IReadOnlyList<DrillSummary> Standings { get; init; }

    /// <summary>The drills, newest first.</summary>
    public required IReadOnlyList<JsonReportedDrill> Drills { get; init; }

    /// <summary>The report as UTF-8.</summary>
    public static byte[] Write(DrillReportContent content)
    {
        var history = content.History;
        var report = new JsonReport
        {
            GeneratedAt = content.GeneratedAt,
            WrittenBy = ProductVersion.Text,
            History = new JsonHistory(
                history.Path, history.IsIntact, history.Problem, history.Head.Sequence, history.Head.Sha256, [.. history.Records.Where(record => record.State != DrillRecordState.Intact).Select(JsonRecord.Of)]),
            Standings = [.. content.Standings.Select(standing => standing.Summary).OfType<DrillSummary>()],
            Drills = [.. content.Drills.Select(drill => new JsonReportedDrill(drill.Record is { } record ? JsonRecord.Of(record) : null, drill.Drill))],
        };
        return [.. JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.JsonReport), (byte)'\n'];
    }
}

/// <summary>The history of a report.</summary>
internal sealed record JsonHistory(string Path, bool IsIntact, string? Problem, long Sequence, string Sha256, IReadOnlyList<JsonRecord> NotIntact);

/// <summary>A drill of a report; without a record, the history does not have it.</summary>
internal sealed record JsonReportedDrill(JsonRecord? Record, RecoveryDrillResult Drill);

/// <summary>A record of the history without its drill.</summary>
internal sealed record JsonRecord(long Sequence, DrillRecordState State, string? Problem, DateTimeOffset? RecordedAt, string? Sha256)
{
    /// <summary>What a record says of itself.</summary>
    public static JsonRecord Of(DrillRecord record) => new(record.Sequence, record.State, record.Problem, record.RecordedAt, record.Sha256);
}

/// <summary>JSON of reports, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    Converters = [typeof(ExactSecondsConverter), typeof(UtcConverter), typeof(LsnConverter)])]
[JsonSerializable(typeof(JsonReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
