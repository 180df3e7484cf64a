using Mina.Backup.Engine.Drill;
using Mina.Backup.Engine.Drill.Reports;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine;

/// <summary>
/// The engine's front for the history of drills and reports on it. It keeps no state between calls. Failures are <see cref="MinaException"/>s;
/// cancellation is <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class DrillHistoryEngine
{
    private readonly HostEnvironment environment;
    private readonly TimeProvider clock;

    /// <summary>Creates an engine for a machine.</summary>
    public DrillHistoryEngine(HostEnvironment environment, TimeProvider clock)
    {
        this.environment = environment;
        this.clock = clock;
    }

    /// <summary>Lists drills, newest first, and when the next ones are due. A history that is not intact is listed with its error.</summary>
    public async Task<DrillListing> ListAsync(DrillQuery query, CancellationToken cancellationToken)
    {
        var content = await new DrillHistory(environment, clock, query.HistoryPath).ReadAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var summaries = DrillSchedule.Summarize(content.Drills, now);
        var byTarget = summaries.ToDictionary(summary => new DrillTarget(summary.Type, summary.Database));
        var filter = new DrillFilter(query);
        return new DrillListing
        {
            Records = [.. filter.Choose(content.Records).Select(record => WithSchedule(record, byTarget))],
            Summaries = [.. summaries.Where(summary => filter.FitsDatabase(summary.Database)), .. NeverDrilled(query, summaries, now)],
            Torn = [.. content.Torn.Select(record => record.Sequence)],
            Failure = content.Failure(),
        };
    }

    /// <summary>Writes a report.</summary>
    public async Task<WrittenDrillReport> ReportAsync(DrillReportRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        using var scope = RunScope.Start("drill-report", observer, environment, clock);
        return await scope.RunAsync(_ => new DrillReportWriter(environment, clock).WriteAsync(request, cancellationToken), written => written.Report.Path);
    }

    private static DrillRecord WithSchedule(DrillRecord record, Dictionary<DrillTarget, DrillSummary> byTarget) =>
        record.Drill is { } drill && byTarget.TryGetValue(DrillTarget.Of(drill), out var summary)
            ? record with { NextDueAt = summary.NextDueAt, IsOverdue = summary.IsOverdue }
            : record;

    // Whoever watches a database by name must hear of it when it was never drilled.
    private static IEnumerable<DrillSummary> NeverDrilled(DrillQuery query, IReadOnlyList<DrillSummary> summaries, DateTimeOffset now) => query.Databases
        .Where(name => name.IndexOfAny(['*', '?']) < 0 && !summaries.Any(summary => string.Equals(summary.Database, name, StringComparison.OrdinalIgnoreCase)))
        .Select(name => DrillSchedule.Never(name, now));
}
