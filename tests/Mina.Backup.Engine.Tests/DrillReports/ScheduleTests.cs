using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Catalog;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.DrillReports;

public sealed class ScheduleTests : IDisposable
{
    private readonly ReportSite site = new();

    public void Dispose() => site.Dispose();

    [Theory]
    [InlineData(0, false)]
    [InlineData(89.99, false)]
    [InlineData(90, true)]
    [InlineData(400, true)]
    public async Task The_next_drill_is_due_90_days_after_the_last_one_that_passed(double days, bool overdue)
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        var listing = await ListAsync(new DrillQuery(), SampleDrills.Newest.AddDays(days));
        var summary = listing.Summaries.Single(summary => summary.Database == "mina");

        Assert.Equal((SampleDrills.Newest.AddDays(90), overdue), (summary.NextDueAt, summary.IsOverdue));
        Assert.Equal((8, 6, 1, 1), (summary.Drills, summary.Passed, summary.Failed, summary.Inconclusive));
        Assert.All(listing.Records.Where(record => record.Database == "mina"), record => Assert.Equal((summary.NextDueAt, overdue), (record.NextDueAt, record.IsOverdue)));
    }

    [Fact]
    public async Task What_failed_or_proved_nothing_puts_nothing_off()
    {
        var passed = SampleDrills.Backup("2026-01-10T02:00:00Z", 200, 5);
        await site.RecordAsync(passed, SampleDrills.Failed("2026-05-10T02:00:00Z"), SampleDrills.Inconclusive("2026-05-11T02:00:00Z"));
        var summary = Assert.Single((await ListAsync(new DrillQuery(), passed.StartedAt.AddDays(125))).Summaries);

        Assert.Equal((passed.StartedAt, passed.StartedAt.AddDays(90), true), (summary.LastPassedAt, summary.NextDueAt, summary.IsOverdue));
        Assert.Equal(DrillVerdict.Inconclusive, summary.LastVerdict);
    }

    [Fact]
    public async Task A_record_that_was_edited_puts_nothing_off()
    {
        await site.RecordAsync(SampleDrills.Backup("2026-01-10T02:00:00Z", 200, 5), SampleDrills.Failed("2026-05-10T02:00:00Z"));
        var text = await File.ReadAllTextAsync(site.History.Path, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(site.History.Path, text.Replace("\"verdict\":\"Failed\"", "\"verdict\":\"Passed\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var listing = await ListAsync(new DrillQuery(), ReportSite.Now);

        Assert.Equal(new DateTimeOffset(2026, 1, 10, 2, 0, 0, TimeSpan.Zero), Assert.Single(listing.Summaries).LastPassedAt);
        Assert.Equal("DrillHistoryBroken", listing.Failure?.ErrorId);
        Assert.Equal(DrillRecordState.Edited, listing.Records[0].State);
    }

    [Fact]
    public async Task Each_kind_and_database_has_its_own_time()
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        await site.RecordAsync(SampleDrills.Backup("2026-02-01T02:00:00Z", 10, 1, database: "billing"));
        var summaries = (await ListAsync(new DrillQuery(), ReportSite.Now)).Summaries;

        Assert.Equal([(DrillType.Backup, "billing", true), (DrillType.Backup, "mina", false), (DrillType.Pitr, null, false)], summaries.Select(summary => (summary.Type, summary.Database, summary.IsOverdue)));
    }

    [Fact]
    public async Task What_never_passed_or_never_was_drilled_is_overdue()
    {
        await site.RecordAsync(SampleDrills.Failed("2026-11-20T02:00:00Z"));
        var failed = Assert.Single((await ListAsync(new DrillQuery(), ReportSite.Now)).Summaries);
        var never = Assert.Single((await ListAsync(new DrillQuery { Databases = ["other"] }, ReportSite.Now)).Summaries);

        Assert.Equal((null, true, 1), (failed.NextDueAt, failed.IsOverdue, failed.Drills));
        Assert.Equal(("other", null, true, 0), (never.Database, never.NextDueAt, never.IsOverdue, never.Drills));
        Assert.Empty((await ListAsync(new DrillQuery { Databases = ["oth*"] }, ReportSite.Now)).Summaries);
    }

    [Fact]
    public async Task A_drill_that_found_nothing_to_recover_counts_only_where_there_is_no_other()
    {
        var nothing = SampleDrills.Inconclusive("2026-11-20T02:00:00Z") with { Backup = null, Database = null };
        await site.RecordAsync(nothing);
        var alone = (await ListAsync(new DrillQuery(), ReportSite.Now)).Summaries;
        await site.RecordAsync(SampleDrills.Backup("2026-11-21T02:00:00Z", 10, 1));
        var beside = (await ListAsync(new DrillQuery(), ReportSite.Now)).Summaries;

        Assert.True(Assert.Single(alone).IsOverdue);
        Assert.Equal("mina", Assert.Single(beside).Database);
    }

    [Fact]
    public async Task Drills_are_chosen_newest_first()
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        async Task<IEnumerable<string?>> Ids(DrillQuery query) => (await ListAsync(query, ReportSite.Now)).Records.Select(record => record.Id);
        var all = SampleDrills.HalfYear.Select(drill => drill.Id).Reverse().ToList();

        Assert.Equal(all, await Ids(new DrillQuery()));
        Assert.Equal(all[..2], await Ids(new DrillQuery { Last = 2 }));
        Assert.Equal([all[2], all[7]], await Ids(new DrillQuery { Ids = ["*-b002"] }));
        Assert.Equal([all[3]], await Ids(new DrillQuery { Verdicts = [DrillVerdict.Inconclusive] }));
        Assert.Equal([all[0], all[1]], await Ids(new DrillQuery { Databases = ["MINA"], After = SampleDrills.Newest.AddDays(-29) }));
        Assert.Equal([all[1]], await Ids(new DrillQuery { Before = SampleDrills.Newest, Last = 1 }));
    }

    [Fact]
    public async Task A_history_that_was_never_written_is_empty_and_one_that_was_named_is_missed()
    {
        Assert.Empty((await ListAsync(new DrillQuery(), ReportSite.Now)).Records);

        var error = await Assert.ThrowsAsync<StorageException>(() => ListAsync(new DrillQuery { HistoryPath = site.PathOf("nowhere.jsonl") }, ReportSite.Now));
        Assert.Equal("ObjectNotFound", error.ErrorId);
    }

    private Task<Engine.Drill.DrillListing> ListAsync(DrillQuery query, DateTimeOffset now) =>
        new DrillHistoryEngine(site.Machine.Environment, new StandingClock(now)).ListAsync(query, TestContext.Current.CancellationToken);
}
