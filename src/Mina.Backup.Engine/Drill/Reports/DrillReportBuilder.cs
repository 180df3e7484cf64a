using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>Puts together what a report says.</summary>
internal static class DrillReportBuilder
{
    /// <summary>Chooses the drills and looks them up in the history.</summary>
    /// <exception cref="CatalogException"><c>DrillNotFound</c>: a report of nothing would be evidence of nothing.</exception>
    public static DrillReportContent Build(DrillReportRequest request, DrillHistoryContent history, DateTimeOffset now)
    {
        var drills = request.Drills.Count > 0
            ? [.. request.Drills.DistinctBy(drill => drill.Id).Select(drill => LookUp(drill, history))]
            : new DrillFilter(request.Query).Choose(history.Records).Where(record => record.Drill is not null).Select(record => new ReportedDrill(record.Drill!, record)).ToList();
        if (drills.Count == 0)
        {
            throw new CatalogException(ErrorCatalog.DrillNotFound, $"The history {history.Path} has no drill that fits.", new ErrorContext { Target = history.Path });
        }

        List<ReportedDrill> newestFirst = [.. drills.OrderByDescending(drill => drill.Drill.StartedAt)];
        var summaries = DrillSchedule.Summarize(history.Drills, now).ToDictionary(summary => new DrillTarget(summary.Type, summary.Database));
        return new DrillReportContent
        {
            GeneratedAt = now,
            Drills = newestFirst,
            History = history,
            Standings = [.. newestFirst
                .GroupBy(reported => DrillTarget.Of(reported.Drill))
                .Select(group => new DrillStanding(group.Key, group.First(), summaries.GetValueOrDefault(group.Key), Trend(group, history)))
                .OrderBy(standing => standing.Target.Type).ThenBy(standing => standing.Target.Database, StringComparer.Ordinal)],
        };
    }

    // The record is the evidence, not the object that was handed over.
    private static ReportedDrill LookUp(RecoveryDrillResult drill, DrillHistoryContent history)
    {
        var found = history.Records.Where(record => record.Id == drill.Id).OrderBy(record => record.State).FirstOrDefault();
        return new ReportedDrill(found?.Drill ?? drill, found);
    }

    private static IReadOnlyList<RecoveryDrillResult> Trend(IGrouping<DrillTarget, ReportedDrill> group, DrillHistoryContent history) =>
    [
        .. history.Drills
            .Where(drill => DrillTarget.Of(drill) == group.Key)
            .Concat(group.Where(reported => reported.Record is null).Select(reported => reported.Drill))
            .OrderBy(drill => drill.StartedAt),
    ];
}
