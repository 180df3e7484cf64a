using Mina.Backup.Engine.Drill;
using Mina.Backup.Engine.Drill.Reports;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Catalog;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.DrillReports;

/// <summary>A machine with a history of drills, on a clock that stands four days behind the last of them.</summary>
internal sealed class ReportSite : IDisposable
{
    public static DateTimeOffset Now { get; } = SampleDrills.Newest.AddDays(4);

    public TestMachine Machine { get; } = new();

    public TimeProvider Clock { get; } = new StandingClock(Now);

    public DrillHistory History => new(Machine.Environment, Clock);

    public string PathOf(string name) => Path.Combine(Machine.Root, name);

    public async Task RecordAsync(params IEnumerable<RecoveryDrillResult> drills)
    {
        foreach (var drill in drills)
        {
            await History.RecordAsync(drill, CancellationToken.None);
        }
    }

    /// <summary>Writes a report and reads it.</summary>
    public async Task<string> ReportAsync(string name, Func<DrillReportRequest, DrillReportRequest>? change = null)
    {
        var request = new DrillReportRequest { Path = PathOf(name) };
        var written = await new DrillReportWriter(Machine.Environment, Clock).WriteAsync(change?.Invoke(request) ?? request, CancellationToken.None);
        return await File.ReadAllTextAsync(written.Report.Path, CancellationToken.None);
    }

    public void Dispose() => Machine.Dispose();
}
