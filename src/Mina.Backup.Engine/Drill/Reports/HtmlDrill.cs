using System.Xml.Linq;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>The chapter of one drill in a page.</summary>
/// <param name="reported">The drill.</param>
/// <param name="anchor">Where links to it lead.</param>
internal sealed class HtmlDrill(ReportedDrill reported, string anchor)
{
    private const int LongestInColumn = 40;
    private readonly RecoveryDrillResult drill = reported.Drill;

    /// <summary>The chapter.</summary>
    public XElement Write() => Html.Classed(
        "section",
        "drill",
        Html.Attribute("aria-labelledby", anchor),
        Html.Element("h2", Html.Attribute("id", anchor), drill.Id),
        Html.Classed("p", "lead", ReportMarks.Verdict(drill.Verdict), " ", ReportText.Sentence(drill)),
        Html.Classed("div", "objectives", Objective("Recovery time", drill.RecoveryTime), Objective("Recovery point", drill.RecoveryPoint)),
        Html.Classed("dl", "facts", DrillFacts.Of(reported).Select(fact => Fact(fact.Term, fact.Description))),
        Html.Element("h3", "Steps"),
        WriteSteps(),
        WriteDifferences(),
        Html.Element("h3", "Tables"),
        drill.Tables.Count == 0 ? Html.Element("p", "No tables were compared.") : WriteTables());

    /// <summary>A term and its description.</summary>
    public static XElement Fact(string term, object description) => Html.Element(
        "div",
        description is string { Length: > LongestInColumn } ? Html.Attribute("class", "wide") : null,
        Html.Element("dt", term),
        Html.Element("dd", description));

    private static XElement Objective(string name, DrillObjective objective)
    {
        var mark = objective.IsMet switch
        {
            true => ReportMarks.Mark("passed", "Within the target"),
            false => ReportMarks.Mark("failed", "Over the target"),
            _ => ReportMarks.Mark("skipped", objective.Measured is null ? "Not measured" : "No target"),
        };
        return Html.Classed(
            "div",
            "objective",
            Html.Element("h3", name),
            Html.Classed("p", "figure", objective.Measured is { } measured ? ReportText.Duration(measured) : "–"),
            Html.Element("p", mark, objective.Target is { } target ? $" of {ReportText.Duration(target)}" : null),
            Html.Classed("p", "note", objective.Basis));
    }

    private string StepCounts() => "In order: " + string.Join(", ", drill.Steps.GroupBy(step => step.Outcome).OrderBy(group => group.Key).Select(group => $"{group.Count()} {ReportText.Words(group.Key).ToLowerInvariant()}"));

    private XElement WriteSteps()
    {
        var table = new HtmlTable(StepCounts(), new("Step", "text"), new("Outcome", "outcome"), new("Duration", "number"), new("What was done and found", "detail"));
        foreach (var step in drill.Steps)
        {
            table.Add(ReportText.Step(step), ReportMarks.Outcome(step.Outcome), ReportText.Duration(step.Duration), ReportText.Detail(step));
        }

        return table.Write();
    }

    private IEnumerable<XElement> WriteDifferences()
    {
        var differing = drill.Steps.Where(step => step.Differences.Count > 0).ToList();
        if (differing.Count == 0)
        {
            yield break;
        }

        yield return Html.Element("h3", "What disagreed");
        foreach (var step in differing)
        {
            yield return Html.Element("h4", ReportText.Step(step));
            yield return Html.Element("ul", step.Differences.Select(difference => Html.Element("li", difference)));
        }
    }

    private XElement WriteTables()
    {
        var hasDetails = drill.Tables.Any(compared => compared.Detail is not null);
        HtmlTable.Column[] columns = [new("Table", "text"), new("Expected rows", "number"), new("Found rows", "number"), new("Outcome", "outcome"), new("Detail", "detail")];
        columns = hasDetails ? columns : columns[..^1];
        var table = new HtmlTable($"{ReportText.Count(drill.Tables.Count, "table")} of the recovered copy beside what the backup recorded", columns);
        foreach (var compared in DrillFacts.Tables(drill))
        {
            object?[] cells =
            [
                compared.Table,
                ReportText.Count(compared.ExpectedRows),
                compared.ActualRows is { } rows ? ReportText.Count(rows) : "unread",
                ReportMarks.Outcome(compared.Outcome),
                compared.Detail,
            ];
            table.Add(cells[..columns.Length]);
        }

        return table.Write();
    }
}
