using System.Security.Cryptography;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Mina.Backup.Engine.Drill;
using Mina.Backup.Engine.Drill.Reports;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.DrillReports;

public sealed class ReportTests : IDisposable
{
    private const string Hostile = "public.\"<script>alert('x')</script> & | `*_[a](b) \u202Eevil\u0001\uD800\"";
    private readonly ReportSite site = new();

    public void Dispose() => site.Dispose();

    [Fact]
    public async Task The_page_is_well_formed_and_tells_the_verdict_first()
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        var page = Parse(await site.ReportAsync("report.html"));
        var headings = page.Descendants().Where(element => element.Name.LocalName is "h1" or "h2").Select(element => element.Value).ToList();

        Assert.Equal(["Verdict", "Trend", "Drills"], headings[1..4]);
        Assert.Equal(SampleDrills.HalfYear.Select(drill => drill.Id).Reverse(), headings[4..^1]);
        Assert.Equal("History", headings[^1]);
        Assert.Contains("8 tables with 7,865,146 rows agree", page.Value, StringComparison.Ordinal);
        Assert.Contains("2027-02-18", page.Value, StringComparison.Ordinal);
        Assert.Contains("public.sessions has 391,003 rows; the backup recorded 391,004.", page.Value, StringComparison.Ordinal);
        Assert.Contains("16/B374D848", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_step_and_table_of_every_drill_is_in_the_page()
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        var page = Parse(await site.ReportAsync("report.html"));
        foreach (var drill in SampleDrills.HalfYear)
        {
            var section = page.Descendants("section").Single(section => section.Element("h2")?.Value == drill.Id);
            var tables = section.Elements("table").ToList();
            Assert.Equal(drill.Steps.Select(step => step.Detail), tables[0].Element("tbody")!.Elements("tr").Select(row => row.Elements("td").Last().Value.Split(" (", 2)[0]));
            Assert.Equal(drill.Tables.Select(table => table.Table).Order(), tables.Skip(1).SelectMany(table => table.Element("tbody")!.Elements("tr")).Select(row => row.Element("th")!.Value).Order());
            Assert.All(tables.SelectMany(table => table.Descendants("th")), heading => Assert.NotNull(heading.Attribute("scope")));
        }
    }

    [Fact]
    public async Task The_page_loads_nothing_and_says_so_to_the_browser()
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        var page = Parse(await site.ReportAsync("report.html"));

        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "use");
        Assert.All(page.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "href" or "src"), attribute => Assert.StartsWith("#", attribute.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.Contains(page.Descendants("meta"), meta => meta.Attribute("content")?.Value.Contains("default-src 'none'", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Charts_have_a_mark_per_measured_drill_and_tell_themselves_to_who_does_not_see_them()
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        var charts = Parse(await site.ReportAsync("report.html")).Descendants("svg").Where(svg => svg.Attribute("role")?.Value == "img").ToList();

        Assert.Equal([7, 8, 2, 2], charts.Select(chart => chart.Descendants("g").Count(mark => mark.Attribute("class")?.Value.StartsWith("point", StringComparison.Ordinal) == true)));
        Assert.All(charts, chart =>
        {
            Assert.Equal(chart.Element("title")!.Attribute("id")!.Value, chart.Attribute("aria-labelledby")!.Value);
            Assert.Equal(chart.Element("desc")!.Attribute("id")!.Value, chart.Attribute("aria-describedby")!.Value);
            Assert.Contains(chart.Descendants("path"), path => path.Attribute("class")?.Value == "target");
        });
        Assert.Equal("7 drills from 2026-05-14 to 2026-11-20. Last: 4 min 56 s, within the target of 5 min. 1 over the target.", charts[0].Element("desc")!.Value);
    }

    [Fact]
    public async Task A_hostile_name_stays_a_text_in_every_format()
    {
        var drill = SampleDrills.Backup("2026-11-20T02:00:00Z", 200, 5, database: Hostile) with
        {
            Id = Hostile,
            Operator = Hostile,
            Tables = [new TableComparison { Table = Hostile, ExpectedRows = 1, ActualRows = 1, Outcome = CheckOutcome.Passed, Detail = Hostile }],
            Steps = [new DrillStep { Step = DrillStepKind.SmokeTest, Name = Hostile, Outcome = DrillStepOutcome.Passed, Duration = TimeSpan.Zero, Detail = Hostile, Differences = [Hostile] }],
        };
        await site.RecordAsync(drill);
        var html = await site.ReportAsync("report.html");
        var markdown = await site.ReportAsync("report.md");
        var json = await site.ReportAsync("report.json");

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<script>alert('x')</script> & | `*_[a](b) \\u{202E}evil\\u{0001}\uFFFD", Parse(html).Value, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", markdown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202E', html + markdown);
        var row = markdown.Split('\n').Single(line => line.StartsWith("| public.", StringComparison.Ordinal) && line.Contains("| 1 | 1 |", StringComparison.Ordinal));
        Assert.Contains("&lt;script&gt;alert('x')&lt;/script&gt; &amp; \\| \\`\\*\\_\\[a\\](b)", row, StringComparison.Ordinal);
        Assert.Equal(6, System.Text.RegularExpressions.Regex.Count(row, @"(?<!\\)\|"));
        Assert.Contains("alert", JsonDocument.Parse(json).RootElement.GetProperty("drills")[0].GetProperty("drill").GetProperty("tables")[0].GetProperty("table").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markdown_tells_the_same()
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        var text = await site.ReportAsync("report.md");

        Assert.StartsWith("# Recovery drill report: ", text, StringComparison.Ordinal);
        Assert.Contains("| public.sessions | 391,004 | 391,003 | Failed | One row is missing. |", text, StringComparison.Ordinal);
        Assert.Contains("- **Next drill due:** 2027-02-18", text, StringComparison.Ordinal);
        Assert.Contains("public.\"Odd \\| name\"", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("## Verdict", StringComparison.Ordinal) < text.IndexOf("## Trend", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_holds_the_drills_as_the_history_does()
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        var report = JsonDocument.Parse(await site.ReportAsync("report.json")).RootElement;
        var drills = report.GetProperty("drills").EnumerateArray().Reverse().Select(item => item.GetProperty("drill").Deserialize(DrillJson.Default.RecoveryDrillResult)!).ToList();

        Assert.Equivalent(SampleDrills.HalfYear, drills, strict: true);
        Assert.True(report.GetProperty("history").GetProperty("isIntact").GetBoolean());
        Assert.Equal(10, report.GetProperty("history").GetProperty("sequence").GetInt64());
        Assert.Equal("2027-02-18T02:00:00Z", report.GetProperty("standings")[0].GetProperty("nextDueAt").GetString());
    }

    [Theory]
    [InlineData("html")]
    [InlineData("md")]
    [InlineData("json")]
    public async Task A_history_that_was_changed_is_told_in_the_report_and_beside_it(string ending)
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        var lines = await File.ReadAllLinesAsync(site.History.Path, TestContext.Current.CancellationToken);
        lines[9] = lines[9].Replace("\"verdict\":\"Passed\"", "\"verdict\":\"Failed\"", StringComparison.Ordinal);
        await File.WriteAllLinesAsync(site.History.Path, lines, TestContext.Current.CancellationToken);
        var written = await new DrillReportWriter(site.Machine.Environment, site.Clock).WriteAsync(new DrillReportRequest { Path = site.PathOf("report." + ending) }, TestContext.Current.CancellationToken);
        var text = await File.ReadAllTextAsync(written.Report.Path, TestContext.Current.CancellationToken);

        Assert.False(written.Report.IsHistoryIntact);
        Assert.Equal("DrillHistoryBroken", written.HistoryFailure?.ErrorId);
        Assert.Contains("Its content does not have the checksum that it states", text, StringComparison.Ordinal);
        if (ending != "json")
        {
            Assert.Contains("No evidence", text, StringComparison.Ordinal);

            // The last drill that counts is the one before.
            Assert.Contains("2027-01-20", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_drill_that_the_history_does_not_have_is_reported_as_such()
    {
        var drill = SampleDrills.Backup("2026-11-20T02:00:00Z", 200, 5);
        var html = await site.ReportAsync("report.html", request => request with { Drills = [drill] });
        await site.RecordAsync(drill with { Verdict = DrillVerdict.Failed });
        var recorded = JsonDocument.Parse(await site.ReportAsync("report.json", request => request with { Drills = [drill] })).RootElement.GetProperty("drills")[0];

        Assert.Contains("The history has no record of this drill.", html, StringComparison.Ordinal);
        Assert.Contains("Due now: no drill in the history has passed", html, StringComparison.Ordinal);
        Assert.Equal("Failed", recorded.GetProperty("drill").GetProperty("verdict").GetString());
        Assert.Equal(1, recorded.GetProperty("record").GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task The_query_chooses_drills_and_nothing_is_no_report()
    {
        await site.RecordAsync(SampleDrills.HalfYear);
        var writer = new DrillReportWriter(site.Machine.Environment, site.Clock);
        var some = await writer.WriteAsync(
            new DrillReportRequest { Path = site.PathOf("some.html"), Query = new DrillQuery { Databases = ["mina"], After = SampleDrills.Newest.AddDays(-60), Before = SampleDrills.Newest } },
            TestContext.Current.CancellationToken);
        var none = await Assert.ThrowsAsync<CatalogException>(() => writer.WriteAsync(
            new DrillReportRequest { Path = site.PathOf("none.html"), Query = new DrillQuery { Databases = ["other"] } }, TestContext.Current.CancellationToken));

        Assert.Equal(1, some.Report.Drills);
        Assert.Equal("DrillNotFound", none.ErrorId);
        Assert.False(File.Exists(site.PathOf("none.html")));
    }

    [Fact]
    public async Task A_file_is_written_for_this_user_alone_and_never_over_another_unless_told_to()
    {
        await site.RecordAsync(SampleDrills.HalfYear[0]);
        var writer = new DrillReportWriter(site.Machine.Environment, site.Clock);
        var request = new DrillReportRequest { Path = site.Machine.Root };
        var written = await writer.WriteAsync(request, TestContext.Current.CancellationToken);
        var again = await Assert.ThrowsAsync<StorageException>(() => writer.WriteAsync(request, TestContext.Current.CancellationToken));
        await writer.WriteAsync(request with { Overwrite = true }, TestContext.Current.CancellationToken);
        var content = await File.ReadAllBytesAsync(written.Report.Path, TestContext.Current.CancellationToken);

        Assert.Equal("mina_drill_report_20261124_020000.html", Path.GetFileName(written.Report.Path));
        Assert.Equal("ObjectExists", again.ErrorId);
        Assert.Equal((content.Length, Convert.ToHexStringLower(SHA256.HashData(content))), (written.Report.Size, written.Report.Sha256));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(written.Report.Path));
        }
    }

    [Fact]
    public void The_style_has_no_character_that_XML_would_escape()
    {
        using var reader = new StreamReader(typeof(HtmlReport).Assembly.GetManifestResourceStream(typeof(HtmlReport), "report.css")!);

        Assert.Equal(-1, reader.ReadToEnd().IndexOfAny(['<', '>', '&']));
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.44, "0.4 s")]
    [InlineData(59.97, "1 min")]
    [InlineData(245, "4 min 5 s")]
    [InlineData(3599.9, "1 h")]
    [InlineData(3720, "1 h 2 min")]
    [InlineData(273600, "3 d 4 h")]
    [InlineData(-61, "−1 min 1 s")]
    public void Durations_read_well(double seconds, string expected) => Assert.Equal(expected, ReportText.Duration(TimeSpan.FromSeconds(seconds)));

    private static XElement Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XElement.Load(reader);
    }
}
