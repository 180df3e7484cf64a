using System.Xml.Linq;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>Outcomes on a page: a sign, a word and a color, so that the color is never needed.</summary>
internal static class ReportMarks
{
    private static readonly (string Class, string Path)[] Signs =
    [
        ("passed", "M 3.5 8.5 L 6.5 11.5 L 12.5 4.5"),
        ("failed", "M 4 4 L 12 12 M 12 4 L 4 12"),
        ("open", "M 5.5 6 A 2.5 2.5 0 1 1 8 8.5 V 10 M 8 12.2 V 12.6"),
        ("skipped", "M 4 8 H 12"),
    ];

    /// <summary>Class of a verdict.</summary>
    public static string Class(DrillVerdict verdict) => verdict switch
    {
        DrillVerdict.Passed => "passed",
        DrillVerdict.Failed => "failed",
        _ => "open",
    };

    /// <summary>A verdict.</summary>
    public static XElement Verdict(DrillVerdict verdict) => Mark(Class(verdict), ReportText.Words(verdict));

    /// <summary>The outcome of a step.</summary>
    public static XElement Outcome(DrillStepOutcome outcome) => Mark(
        outcome switch
        {
            DrillStepOutcome.Passed => "passed",
            DrillStepOutcome.Failed => "failed",
            DrillStepOutcome.Inconclusive => "open",
            _ => "skipped",
        },
        ReportText.Words(outcome));

    /// <summary>The outcome of a table's comparison.</summary>
    public static XElement Outcome(CheckOutcome outcome) => Mark(
        outcome switch
        {
            CheckOutcome.Passed => "passed",
            CheckOutcome.Failed => "failed",
            _ => "skipped",
        },
        ReportText.Words(outcome));

    /// <summary>A sign with a word.</summary>
    public static XElement Mark(string kind, string word) => Html.Classed(
        "span",
        $"mark {kind}",
        Html.Classed("svg", "sign", Html.Attribute("viewBox", "0 0 16 16"), Html.Attribute("aria-hidden", "true"), Html.Element("path", Html.Attribute("d", Signs.Single(sign => sign.Class == kind).Path))),
        Html.Element("span", word));
}
