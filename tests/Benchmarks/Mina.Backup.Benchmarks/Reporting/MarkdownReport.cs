using System.Globalization;
using System.Text;
using Mina.Backup.Benchmarks.Groups;
using Mina.Backup.Benchmarks.Measuring;

namespace Mina.Backup.Benchmarks.Reporting;

/// <summary>A run as Markdown whose tables read well in a terminal, too.</summary>
internal static class MarkdownReport
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    // Shown in columns of their own.
    private static readonly HashSet<string> Known = new(["Command", "PeakBytes", "SizeBytes", "PlainBytes", "ReadBytes", "Count"], StringComparer.Ordinal);

    /// <summary>The whole document.</summary>
    public static string Write(BenchmarkReport report)
    {
        var text = new StringBuilder();
        text.Append("""
            # Performance

            Written by `build.ps1 Bench`, which measures the module beside what operators use without it: on one database, in one session, in turns. Each run is a
            process of its own, its start included. Medians; every single run stands in `artifacts/bench.json`.


            """);
        AppendConditions(text, report);
        text.Append("\n## Bars\n\n").Append(BarTable(report.Bars));
        foreach (var group in report.Groups)
        {
            text.Append(Culture, $"\n## {char.ToUpperInvariant(group.Name[0])}{group.Name[1..]}\n\n").Append(GroupTable(group));
            AppendDetails(text, group);
        }

        return text.ToString();
    }

    /// <summary>The bars as a table.</summary>
    public static string BarTable(IReadOnlyList<Bar> bars)
    {
        var table = new TextTable("What", "measured", "must", "aim", "");
        foreach (var bar in bars)
        {
            table.Add(bar.What, Number(bar.Measured, bar.Unit), Number(bar.Must, bar.Unit), bar.Aim is { } aim ? Number(aim, bar.Unit) : "", bar.Verdict);
        }

        return table.ToString();
    }

    /// <summary>One group's medians as a table.</summary>
    public static string GroupTable(GroupResult group)
    {
        var first = group.Results[0].Median.Seconds;
        var table = new TextTable("Contestant", "seconds", "of the first", "command", "CPU s", "server CPU s", "output MB", "peak MB", "process peak MB");
        foreach (var (name, _, runs) in group.Results)
        {
            var median = new Result(name, string.Empty, runs).Median;
            table.Add(
                name,
                median.Seconds.ToString("F3", Culture),
                (median.Seconds / first).ToString("F2", Culture),
                median.Figures.TryGetValue("Command", out var command) ? command.ToString("F3", Culture) : "",
                median.CpuSeconds.ToString("F2", Culture),
                median.ServerCpuSeconds.ToString("F2", Culture),
                median.OutputBytes is { } size ? Megabytes(size) : "",
                median.TreePeakBytes > 0 ? Megabytes(median.TreePeakBytes) : "",
                median.Figures.TryGetValue("PeakBytes", out var peak) ? Megabytes(peak) : "");
        }

        return table.ToString();
    }

    private static void AppendConditions(StringBuilder text, BenchmarkReport report)
    {
        var machine = report.Machine;
        text.Append(Culture, $"- {report.At:yyyy-MM-dd HH:mm} UTC, {report.Rounds} rounds\n");
        text.Append(Culture, $"- {machine.Processor}, {machine.Cores} cores, {machine.MemoryBytes / 1e9:F1} GB, {machine.System}\n");
        text.Append(Culture, $"- {string.Join(", ", machine.Versions.Select(pair => $"{pair.Key}: {pair.Value}"))}\n");
        text.Append(Culture, $"- database of {report.DatabaseBytes / 1e6:F0} MB (`tests/Benchmarks/bench-sample.sql`), on the same machine, by socket\n");
        text.Append(Culture, $"- server without fsync, {string.Join(", ", report.ServerSettings.Select(pair => $"{pair.Key} = {pair.Value}"))}\n");
        text.Append("- CPU s: all processes of the contestant; server CPU s: its database sessions. Peak: resident size of all its processes together, sampled;\n");
        text.Append("  process peak: the module's own process, by the kernel. MB are millions of bytes.\n");
    }

    private static void AppendDetails(StringBuilder text, GroupResult group)
    {
        foreach (var result in group.Results)
        {
            var phases = result.Median.Figures.Where(figure => !Known.Contains(figure.Key)).Select(figure => string.Create(Culture, $"{figure.Key} {figure.Value:F2} s")).ToList();
            if (phases.Count > 0)
            {
                text.Append(Culture, $"\n{result.Name}: {string.Join(", ", phases)}.\n");
            }
        }

        text.Append('\n').AppendJoin('\n', group.Notes).Append("\n\n```sh\n");
        foreach (var result in group.Results.Where(result => result.Command != result.Name))
        {
            text.Append(Culture, $"# {result.Name}\n{result.Command}\n");
        }

        text.Append("```\n");
    }

    private static string Megabytes(double bytes) => (bytes / 1e6).ToString("F1", Culture);

    private static string Number(double value, string unit) => unit.Length == 0
        ? value.ToString("F2", Culture)
        : string.Create(Culture, $"{value.ToString(unit == "s" ? "F2" : "F0", Culture)} {unit}");
}
