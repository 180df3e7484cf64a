using System.Globalization;
using System.Runtime.InteropServices;
using Mina.Backup.Benchmarks.Site;

namespace Mina.Backup.Benchmarks.Reporting;

/// <summary>What the figures were measured on and with.</summary>
/// <param name="Processor">Model of the processor.</param>
/// <param name="Cores">Logical processors that this process may use.</param>
/// <param name="MemoryBytes">Memory in bytes.</param>
/// <param name="System">Operating system.</param>
/// <param name="Versions">Programs and their versions.</param>
internal sealed record Machine(string Processor, int Cores, long MemoryBytes, string System, IReadOnlyDictionary<string, string> Versions)
{
    /// <summary>Looks at this machine.</summary>
    public static async Task<Machine> DescribeAsync(BenchmarkSite site, CancellationToken cancellationToken)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PostgreSQL"] = site.ServerVersion,
            [".NET"] = Environment.Version.ToString(),
        };
        foreach (var program in new[] { "gpg", "gzip", "pigz", "zstd" }.Where(program => Tooling.Find(program) is not null))
        {
            // pigz says it on standard error.
            var text = await site.Pipeline($"{program} --version 2>&1").RunAsync(cancellationToken);
            versions[program] = text.Split('\n')[0].Trim();
        }

        return new Machine(
            Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Environment.ProcessorCount,
            1024 * long.Parse(Field("/proc/meminfo", "MemTotal")!.Split(' ')[0], CultureInfo.InvariantCulture),
            RuntimeInformation.OSDescription,
            versions);
    }

    private static string? Field(string path, string name) => File.ReadLines(path)
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        .FirstOrDefault();
}
