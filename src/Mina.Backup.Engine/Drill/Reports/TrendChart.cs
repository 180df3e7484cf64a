using System.Globalization;
using System.Xml.Linq;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>One objective over time as an SVG picture: a mark per drill, its shape by the verdict, and the target as a broken line.</summary>
internal sealed class TrendChart
{
    private const double Width = 400;
    private const double Height = 200;
    private const double Left = 52;
    private const double Right = 388;
    private const double Top = 22;
    private const double Bottom = 172;
    private const int MostLines = 4;

    private static readonly double[] Steps =
    [
        0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000, 2592000, 7776000, 31536000,
    ];

    private readonly string id;
    private readonly string title;
    private readonly IReadOnlyList<Point> points;
    private readonly double step;
    private readonly double highest;

    /// <summary>Prepares a chart.</summary>
    /// <param name="id">Start of the ids of its parts, unique in the page.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="drills">The drills, oldest first.</param>
    /// <param name="objective">The objective of a drill.</param>
    public TrendChart(string id, string title, IEnumerable<RecoveryDrillResult> drills, Func<RecoveryDrillResult, DrillObjective> objective)
    {
        this.id = id;
        this.title = title;
        points = [.. drills.Where(drill => objective(drill).Measured is not null).Select(drill => new Point(drill, objective(drill)))];
        var most = points.Select(point => Math.Max(point.Seconds, point.Target ?? 0)).DefaultIfEmpty().Max();
        step = Steps.FirstOrDefault(candidate => most / candidate <= MostLines, Steps[^1] * Math.Ceiling(most / Steps[^1] / MostLines));
        highest = Math.Max(1, Math.Ceiling(most / step)) * step;
    }

    /// <summary>Whether there is anything to show.</summary>
    public bool IsEmpty => points.Count == 0;

    /// <summary>The chart in a sentence or two, for whoever does not see it.</summary>
    public string Description
    {
        get
        {
            var last = points[^1];
            var over = points.Count(point => point.Objective.IsMet == false);
            var span = points.Count == 1 ? $"One drill, on {ReportText.Day(last.Drill.StartedAt)}" : $"{points.Count} drills from {ReportText.Day(points[0].Drill.StartedAt)} to {ReportText.Day(last.Drill.StartedAt)}";
            var judged = points.Any(point => point.Target is not null) ? $" {(over == 0 ? "None" : ReportText.Count(over))} over the target." : "";
            return $"{span}. Last: {ReportText.Objective(last.Objective)}.{judged}";
        }
    }

    /// <summary>The picture.</summary>
    public XElement Draw() => Html.Classed(
        "svg",
        "chart",
        Html.Attribute("viewBox", Text($"0 0 {Width} {Height}")),
        Html.Attribute("role", "img"),
        Html.Attribute("aria-labelledby", $"{id}-title"),
        Html.Attribute("aria-describedby", $"{id}-desc"),
        Html.Element("title", Html.Attribute("id", $"{id}-title"), title),
        Html.Element("desc", Html.Attribute("id", $"{id}-desc"), Description),
        DrawGrid(),
        DrawTarget(),
        Html.Classed("path", "trend", Html.Attribute("d", string.Join(' ', points.Select((point, index) => Text($"{(index == 0 ? 'M' : 'L')} {X(point):0.#} {Y(point.Seconds):0.#}"))))),
        points.Select(DrawPoint),
        DrawTargetLabel());

    /// <summary>What the marks mean.</summary>
    public static XElement Legend() => Html.Classed(
        "ul",
        "legend",
        Enum.GetValues<DrillVerdict>().Select(verdict => Html.Element("li", Key(Mark(verdict)), verdict.ToString())),
        Html.Element("li", Key(Html.Classed("path", "target", Html.Attribute("d", "M -8 0 H 8"))), "Target"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static XElement Label(double x, double y, string anchor, string classes, string text) => Html.Classed(
        "text", classes, Html.Attribute("x", Text($"{x:0.#}")), Html.Attribute("y", Text($"{y:0.#}")), Html.Attribute("text-anchor", anchor), text);

    /// <summary>A length of time at the axis, in one unit.</summary>
    private static string Tick(double seconds) => seconds switch
    {
        0 => "0",
        < 60 => Text($"{seconds:0.#} s"),
        < 3600 => Text($"{seconds / 60:0.#} min"),
        < 86400 => Text($"{seconds / 3600:0.#} h"),
        _ => Text($"{seconds / 86400:0.#} d"),
    };

    private static XElement Key(XElement mark) => Html.Element("svg", Html.Attribute("viewBox", "-8 -8 16 16"), Html.Attribute("aria-hidden", "true"), mark);

    // By shape as well as by color.
    private static XElement Mark(DrillVerdict verdict) => Html.Classed(
        "g",
        $"point {ReportMarks.Class(verdict)}",
        Html.Element("path", Html.Attribute("d", verdict switch
        {
            DrillVerdict.Passed => "M -4.5 0 A 4.5 4.5 0 1 0 4.5 0 A 4.5 4.5 0 1 0 -4.5 0 Z",
            DrillVerdict.Failed => "M -4.5 -4.5 L 4.5 4.5 M -4.5 4.5 L 4.5 -4.5",
            _ => "M 0 -6 L 6 0 L 0 6 L -6 0 Z",
        })));

    private double X(Point point)
    {
        var first = points[0].Drill.StartedAt;
        var span = (points[^1].Drill.StartedAt - first).TotalSeconds;
        return span <= 0 ? (Left + Right) / 2 : Left + 14 + ((point.Drill.StartedAt - first).TotalSeconds / span * (Right - Left - 28));
    }

    private double Y(double seconds) => Bottom - (Math.Clamp(seconds / highest, 0, 1) * (Bottom - Top));

    private IEnumerable<XElement> DrawGrid()
    {
        for (var value = 0d; value <= highest * 1.001; value += step)
        {
            yield return Html.Classed("path", value == 0 ? "axis" : "grid", Html.Attribute("d", Text($"M {Left} {Y(value):0.#} H {Right}")));
            yield return Label(Left - 8, Y(value) + 4, "end", "tick", Tick(value));
        }

        if (points.Count == 1)
        {
            yield return Label((Left + Right) / 2, Height - 8, "middle", "tick", ReportText.Day(points[0].Drill.StartedAt));
        }
        else
        {
            yield return Label(Left, Height - 8, "start", "tick", ReportText.Day(points[0].Drill.StartedAt));
            yield return Label(Right, Height - 8, "end", "tick", ReportText.Day(points[^1].Drill.StartedAt));
        }
    }

    /// <summary>A target may change from drill to drill, or be none for a while: each holds from its drill to the next.</summary>
    private IEnumerable<XElement> DrawTarget()
    {
        for (var index = 0; index < points.Count; index++)
        {
            if (points[index].Target is not { } target)
            {
                continue;
            }

            var from = index == 0 ? Left : X(points[index]);
            var to = index == points.Count - 1 ? Right : X(points[index + 1]);
            var rise = index > 0 && points[index - 1].Target is { } before && before != target ? Text($"M {from:0.#} {Y(before):0.#} V {Y(target):0.#}") : "";
            yield return Html.Classed("path", "target", Html.Attribute("d", Text($"{rise} M {from:0.#} {Y(target):0.#} H {to:0.#}").Trim()));
        }
    }

    private XElement? DrawTargetLabel() => points[^1].Target is { } target ? Label(Right, Y(target) - 6, "end", "target-label", $"Target {Tick(target)}") : null;

    private XElement DrawPoint(Point point) => Html.Element(
        "g",
        Html.Attribute("transform", Text($"translate({X(point):0.#} {Y(point.Seconds):0.#})")),
        Html.Element("title", $"{ReportText.Day(point.Drill.StartedAt)}: {ReportText.Objective(point.Objective)}. {point.Drill.Verdict}."),
        Mark(point.Drill.Verdict));

    private sealed record Point(RecoveryDrillResult Drill, DrillObjective Objective)
    {
        public double Seconds => Objective.Measured!.Value.TotalSeconds;

        public double? Target => Objective.Target?.TotalSeconds;
    }
}
