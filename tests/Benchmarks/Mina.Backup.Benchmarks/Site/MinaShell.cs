using System.Globalization;
using Mina.Backup.Benchmarks.Measuring;

namespace Mina.Backup.Benchmarks.Site;

/// <summary>Runs the module's commands in processes of their own, as a scheduled task would, and has them tell how they did.</summary>
internal sealed class MinaShell(BenchmarkSite site)
{
    private const string Mark = "measured ";

    // Core language and .NET only: the console has no other cmdlets. VmHWM is the largest resident size so far, proc(5).
    private const string Prologue = """
        $ErrorActionPreference = 'Stop'
        $watch = [Diagnostics.Stopwatch]::new()
        function Tell([string] $name, [double] $value) { [Console]::WriteLine('measured ' + $name + '=' + $value.ToString('R', [cultureinfo]::InvariantCulture)) }

        """;

    private const string Epilogue = """

        Tell 'Command' $watch.Elapsed.TotalSeconds
        Tell 'PeakBytes' (1024 * [long][regex]::Match([IO.File]::ReadAllText('/proc/self/status'), 'VmHWM:\s+(\d+)').Groups[1].Value)
        """;

    /// <summary>The console.</summary>
    public string Console { get; } = Path.Combine(site.Root, "artifacts", "mina", "mina");

    /// <summary>The module's manifest.</summary>
    public string Module { get; } = Path.Combine(site.Root, "artifacts", "Mina.Backup", "Mina.Backup.psd1");

    /// <summary>A text as a literal of the language.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Whether a command has a parameter.</summary>
    public async Task<bool> KnowsAsync(string command, string parameter, CancellationToken cancellationToken)
    {
        var answer = await site.Program(Console, ["-Command", $"[Console]::WriteLine((Get-Command {command}).Parameters.ContainsKey('{parameter}'))"]).RunAsync(cancellationToken);
        return bool.Parse(answer);
    }

    /// <summary>Measures a command in a new process.</summary>
    /// <param name="command">The command; its result is <c>$result</c>. Only it counts as "Command".</param>
    /// <param name="then">What to tell of the result, by <c>Tell NAME VALUE</c>.</param>
    /// <param name="options">Options for the console.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    public async Task<Measurement> MeasureAsync(string command, string then, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        var script = $"{Prologue}$watch.Start(); $result = {command}; $watch.Stop()\n{then}{Epilogue}";
        var (cost, output) = await site.Program(Console, [.. options, "-Command", script]).MeasureAsync(site.ServerProcess, cancellationToken);
        return cost with { Figures = Parse(output) };
    }

    private static Dictionary<string, double> Parse(string output)
    {
        var figures = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n').Where(line => line.StartsWith(Mark, StringComparison.Ordinal)))
        {
            var separator = line.IndexOf('=', StringComparison.Ordinal);
            figures[line[Mark.Length..separator]] = double.Parse(line[(separator + 1)..], CultureInfo.InvariantCulture);
        }

        return figures;
    }
}
