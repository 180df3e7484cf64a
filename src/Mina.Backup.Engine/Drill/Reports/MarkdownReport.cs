using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>A report in Markdown, as GitHub reads it.</summary>
/// <param name="content">What it says.</param>
internal sealed class MarkdownReport(DrillReportContent content)
{
    private readonly StringBuilder text = new();

    /// <summary>The report as UTF-8.</summary>
    public byte[] Write()
    {
        Block($"# Recovery drill report: {MarkdownText.Escape(string.Join("; ", content.Standings.Select(standing => ReportText.Target(standing.Target))))}");
        Block("## Verdict");
        Warn("History not intact", content.History.Failure()?.Message);
        foreach (var standing in content.Standings)
        {
            WriteStanding(standing);
        }

        WriteOverview();
        foreach (var drill in content.Drills)
        {
            WriteDrill(drill);
        }

        WriteHistory();
        text.Append(CultureInfo.InvariantCulture, $"---\n\nMade by Mina.Backup {ProductVersion.Text} on {ReportText.Time(content.GeneratedAt)}. All times are UTC.\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void WriteStanding(DrillStanding standing)
    {
        var drill = standing.Newest.Drill;
        if (content.Standings.Count > 1)
        {
            Block($"### {MarkdownText.Escape(ReportText.Target(standing.Target))}");
        }

        Block($"**{drill.Verdict}.** {MarkdownText.Escape(ReportText.Sentence(drill))}");
        if (standing.Newest.Record is not { State: DrillRecordState.Intact })
        {
            Warn("No evidence", $"Record of this drill: {ReportText.Record(standing.Newest.Record)}.");
        }

        Facts(
            ("Drilled", ReportText.Time(drill.StartedAt)),
            ("By", $"{drill.Operator} on {drill.Environment.Machine}"),
            ("Recovery time", ReportText.Objective(drill.RecoveryTime)),
            ("Recovery point", ReportText.Objective(drill.RecoveryPoint)),
            ("Last passed", standing.Summary?.LastPassedAt is { } passed ? ReportText.Time(passed) : "never"),
            ("Next drill due", ReportText.Due(standing.Summary)));
    }

    /// <summary>All drills of the way to here: what the page shows as charts.</summary>
    private void WriteOverview()
    {
        Block("## Trend");
        foreach (var standing in content.Standings)
        {
            if (content.Standings.Count > 1)
            {
                Block($"### {MarkdownText.Escape(ReportText.Target(standing.Target))}");
            }

            Table(
                ["Drill", "Began", "Verdict", "Recovery time", "Recovery point"],
                standing.Trend.Reverse().Select(drill => (string[])[drill.Id, ReportText.Time(drill.StartedAt), $"{drill.Verdict}", ReportText.Objective(drill.RecoveryTime), ReportText.Objective(drill.RecoveryPoint)]));
        }
    }

    private void WriteDrill(ReportedDrill reported)
    {
        var drill = reported.Drill;
        Block($"## {MarkdownText.Escape(drill.Id)}");
        Block($"**{drill.Verdict}.** {MarkdownText.Escape(ReportText.Sentence(drill))}");
        Facts([.. DrillFacts.Of(reported), ("Recovery time", $"{ReportText.Objective(drill.RecoveryTime)}: {drill.RecoveryTime.Basis}"), ("Recovery point", $"{ReportText.Objective(drill.RecoveryPoint)}: {drill.RecoveryPoint.Basis}")]);
        Block("### Steps");
        Table(
            ["Step", "Outcome", "Duration", "What was done and found"],
            drill.Steps.Select(step => (string[])[ReportText.Step(step), ReportText.Words(step.Outcome), ReportText.Duration(step.Duration), ReportText.Detail(step)]));
        foreach (var step in drill.Steps.Where(step => step.Differences.Count > 0))
        {
            Block($"What disagreed, {MarkdownText.Escape(ReportText.Step(step))}:");
            List(step.Differences);
        }

        Block("### Tables");
        if (drill.Tables.Count == 0)
        {
            Block("No tables were compared.");
            return;
        }

        Table(
            ["Table", "Expected rows", "Found rows", "Outcome", "Detail"],
            DrillFacts.Tables(drill).Select(table => (string[])
            [
                table.Table, ReportText.Count(table.ExpectedRows), table.ActualRows is { } rows ? ReportText.Count(rows) : "unread", ReportText.Words(table.Outcome), table.Detail ?? "",
            ]));
    }

    private void WriteHistory()
    {
        var history = content.History;
        Block("## History");
        Block($"**{(history.IsIntact ? "Intact" : "Not intact")}.** {MarkdownText.Escape(ReportText.History(history))}");
        var marked = history.Records.Where(record => record.State != DrillRecordState.Intact).Select(record => $"Record {ReportText.Record(record)}").ToList();
        if (marked.Count > 0)
        {
            List(marked);
        }

        Facts(("File", history.Path), ("Last record", ReportText.Count(history.Head.Sequence)), ("Its checksum (SHA-256)", history.Head.Sha256));
        Block(ReportText.Limits);
    }

    private void Block(string block) => text.Append(block).Append("\n\n");

    private void Warn(string label, string? warning)
    {
        if (warning is not null)
        {
            Block($"> **{label}.** {MarkdownText.Escape(warning)}");
        }
    }

    private void List(IEnumerable<string> items) => Block(string.Join('\n', items.Select(item => $"- {MarkdownText.Escape(item)}")));

    private void Facts(params IEnumerable<(string Term, string Description)> facts) =>
        Block(string.Join('\n', facts.Select(fact => $"- **{fact.Term}:** {MarkdownText.Escape(fact.Description)}")));

    private void Table(string[] columns, IEnumerable<string[]> rows)
    {
        Row(columns);
        Row([.. columns.Select(_ => "---")]);
        foreach (var row in rows)
        {
            Row([.. row.Select(MarkdownText.Escape)]);
        }

        text.Append('\n');
    }

    private void Row(string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
