using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>What every format tells of a drill, in this order.</summary>
internal static class DrillFacts
{
    /// <summary>Terms and descriptions.</summary>
    public static IEnumerable<(string Term, string Description)> Of(ReportedDrill reported)
    {
        var drill = reported.Drill;
        var where = drill.Environment;
        (string Term, string? Description)[] facts =
        [
            ("Recovered", drill.Backup ?? "nothing"),
            ("Kept in", drill.Location),
            ("Backup made", drill.BackupCreatedAt is { } made ? ReportText.Time(made) : null),
            ("Database", drill.Database),
            ("Point asked for", drill.Point?.ToString()),
            ("Point reached", drill.Reached is { } reached ? Reached(reached) : null),
            ("Began", ReportText.Time(drill.StartedAt)),
            ("Took", ReportText.Duration(drill.Duration)),
            ("Run by", $"{drill.Operator} on {where.Machine}"),
            ("Recovered into", where.ServerVersion is { } version ? $"{where.Staging}, PostgreSQL {version}" : where.Staging),
            ("Machine", $"{where.OperatingSystem}, {ReportText.Count(where.Processors, "core")}"),
            ("Software", $"Mina.Backup {where.ModuleVersion}"),
            ("Seed of the choice", drill.Seed.ToString(CultureInfo.InvariantCulture)),
            ("Record", ReportText.Record(reported.Record)),
            ("Staging kept at", drill.KeptStaging),
            ("Log", drill.LogPath),
            ("Checksum of the record", reported.Record?.Sha256),
        ];
        return facts.Where(fact => fact.Description is not null).Select(fact => (fact.Term, fact.Description!));
    }

    /// <summary>The tables; what disagrees stands first: nobody should have to look for it among hundreds.</summary>
    public static IEnumerable<TableComparison> Tables(RecoveryDrillResult drill) => drill.Tables.OrderBy(table => table.Outcome == CheckOutcome.Passed);

    private static string Reached(PitrPoint point) =>
        FormattableString.Invariant($"LSN {point.Lsn}, timeline {point.Timeline}") + (point.Time is { } time ? $", last transaction at {ReportText.Time(time)}" : "");
}
