using System.Xml.Linq;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>A report as one page that needs nothing else: no script, no font, no request.</summary>
/// <param name="content">What it says.</param>
internal sealed class HtmlReport(DrillReportContent content)
{
    // Even if a name became markup: nothing but the style in the page may be loaded or run.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

    /// <summary>The page.</summary>
    public byte[] Write() => Html.Write(Html.Element(
        "html",
        Html.Attribute("lang", "en"),
        Html.Element(
            "head",
            Html.Element("meta", Html.Attribute("charset", "utf-8")),
            Html.Element("meta", Html.Attribute("http-equiv", "Content-Security-Policy"), Html.Attribute("content", Policy)),
            Html.Element("meta", Html.Attribute("name", "viewport"), Html.Attribute("content", "width=device-width, initial-scale=1")),
            Html.Element("meta", Html.Attribute("name", "color-scheme"), Html.Attribute("content", "light dark")),
            Html.Element("title", $"Recovery drills: {Title}"),
            new XElement("style", ReadStyle())),
        Html.Element(
            "body",
            Html.Element(
                "main",
                WriteHead(),
                WriteVerdict(),
                WriteTrends(),
                content.Drills.Count > 1 ? WriteOverview() : null,
                content.Drills.Select((drill, index) => new HtmlDrill(drill, Anchor(index)).Write()),
                WriteHistory()),
            Html.Element("footer", $"Made by Mina.Backup {ProductVersion.Text} on {ReportText.Time(content.GeneratedAt)}. All times are UTC."))));

    private string Title => string.Join("; ", content.Standings.Select(standing => ReportText.Target(standing.Target)));

    private static string Anchor(int index) => FormattableString.Invariant($"drill-{index + 1}");

    private static string ReadStyle()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(typeof(HtmlReport), "report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static IEnumerable<XElement> Warning(string label, string? text) => text is null
        ? []
        : [Html.Classed("p", "warning", ReportMarks.Mark("failed", label), " ", text)];

    private XElement WriteHead()
    {
        var (oldest, newest) = (content.Drills[^1].Drill.StartedAt, content.Drills[0].Drill.StartedAt);
        var period = content.Drills.Count == 1 ? $"One drill, {ReportText.Time(newest)}" : $"{ReportText.Count(content.Drills.Count, "drill")}, {ReportText.Day(oldest)} to {ReportText.Day(newest)}";
        return Html.Element("header", Html.Classed("p", "eyebrow", "Recovery drill report"), Html.Element("h1", Title), Html.Classed("p", "period", period));
    }

    private XElement WriteVerdict() => Html.Element(
        "section",
        Html.Attribute("aria-labelledby", "verdict"),
        Html.Element("h2", Html.Attribute("id", "verdict"), "Verdict"),
        Warning("History not intact", content.History.Failure()?.Message),
        content.Standings.Select(WriteStanding));

    private XElement WriteStanding(DrillStanding standing)
    {
        var drill = standing.Newest.Drill;
        var verdict = ReportMarks.Class(drill.Verdict);
        return Html.Classed(
            "div",
            $"standing {verdict}",
            Html.Classed("p", "verdict", ReportMarks.Verdict(drill.Verdict)),
            content.Standings.Count > 1 ? Html.Element("h3", ReportText.Target(standing.Target)) : null,
            Html.Element("p", ReportText.Sentence(drill)),
            Warning("No evidence", standing.Newest.Record switch
            {
                null => "The history has no record of this drill.",
                { State: DrillRecordState.Intact } => null,
                { } record => $"The record of this drill is not intact: {record.Problem}",
            }),
            Html.Classed(
                "dl",
                "facts",
                HtmlDrill.Fact("Drilled", ReportText.Time(drill.StartedAt)),
                HtmlDrill.Fact("By", $"{drill.Operator} on {drill.Environment.Machine}"),
                HtmlDrill.Fact("Recovery time", ReportText.Objective(drill.RecoveryTime)),
                HtmlDrill.Fact("Recovery point", ReportText.Objective(drill.RecoveryPoint)),
                HtmlDrill.Fact("Last passed", standing.Summary?.LastPassedAt is { } passed ? ReportText.Time(passed) : "never"),
                HtmlDrill.Fact("Next drill due", standing.Summary is { IsOverdue: false } ? ReportText.Due(standing.Summary) : ReportMarks.Mark("failed", ReportText.Due(standing.Summary)))));
    }

    private XElement WriteTrends() => Html.Classed(
        "section",
        "trends",
        Html.Attribute("aria-labelledby", "trend"),
        Html.Element("h2", Html.Attribute("id", "trend"), "Trend"),
        content.Standings.Select((standing, index) => Html.Element(
            "div",
            content.Standings.Count > 1 ? Html.Element("h3", ReportText.Target(standing.Target)) : null,
            Html.Classed(
                "div",
                "charts",
                WriteChart($"rto-{index}", "Recovery time", standing, drill => drill.RecoveryTime),
                WriteChart($"rpo-{index}", "Recovery point", standing, drill => drill.RecoveryPoint)))),
        TrendChart.Legend());

    private static XElement WriteChart(string id, string name, DrillStanding standing, Func<RecoveryDrillResult, DrillObjective> objective)
    {
        var chart = new TrendChart(id, name, standing.Trend, objective);
        var unmeasured = standing.Trend.Count(drill => objective(drill).Measured is null);
        var missing = unmeasured > 0 ? $" {ReportText.Count(unmeasured, "drill")} could not measure it." : "";
        return Html.Element(
            "figure",
            Html.Element("figcaption", Html.Element("strong", name), Html.Element("span", chart.IsEmpty ? "Never measured." : chart.Description + missing)),
            chart.IsEmpty ? null : chart.Draw());
    }

    private XElement WriteOverview()
    {
        var table = new HtmlTable(
            "Newest first",
            new("Drill", "text"), new("Verdict", "outcome"), new("Began (UTC)", "text"), new("Recovered", "text"), new("Recovery time", "number"), new("Recovery point", "number"), new("Record", "text"));
        foreach (var ((drill, record), index) in content.Drills.Select((drill, index) => (drill, index)))
        {
            table.Add(
                Html.Element("a", Html.Attribute("href", "#" + Anchor(index)), drill.Id),
                ReportMarks.Verdict(drill.Verdict),
                ReportText.Minute(drill.StartedAt),
                drill.Database ?? (drill.Type == DrillType.Pitr ? "whole cluster" : "nothing"),
                drill.RecoveryTime.Measured is { } time ? ReportText.Duration(time) : "not measured",
                drill.RecoveryPoint.Measured is { } point ? ReportText.Duration(point) : "not measured",
                ReportText.Record(record));
        }

        return Html.Element("section", Html.Attribute("aria-labelledby", "drills"), Html.Element("h2", Html.Attribute("id", "drills"), "Drills"), table.Write());
    }

    private XElement WriteHistory()
    {
        var history = content.History;
        return Html.Element(
            "section",
            Html.Attribute("aria-labelledby", "history"),
            Html.Element("h2", Html.Attribute("id", "history"), "History"),
            Html.Classed("p", "lead", history.IsIntact ? ReportMarks.Mark("passed", "Intact") : ReportMarks.Mark("failed", "Not intact"), " ", ReportText.History(history)),
            history.Broken.Count + history.Torn.Count == 0 ? null : Html.Element(
                "ul",
                history.Records.Where(record => record.State != DrillRecordState.Intact).Select(record => Html.Element("li", $"Record {ReportText.Record(record)}"))),
            Html.Classed(
                "dl",
                "facts",
                HtmlDrill.Fact("File", history.Path),
                HtmlDrill.Fact("Last record", ReportText.Count(history.Head.Sequence)),
                HtmlDrill.Fact("Its checksum (SHA-256)", Html.Element("code", history.Head.Sha256))),
            Html.Classed("p", "note", ReportText.Limits));
    }
}
