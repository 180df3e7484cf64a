using System.Globalization;
using Mina.Backup.Benchmarks.Groups;
using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Benchmarks.Reporting;
using Mina.Backup.Benchmarks.Site;

namespace Mina.Backup.Benchmarks;

/// <summary>Runs the groups on one server in one session, and reports.</summary>
internal sealed class BenchmarkRun(BenchmarkOptions options, string root)
{
    private static readonly IReadOnlyList<IBenchmarkGroup> Groups = [new BackupGroup(), new VerifyGroup(), new RestoreGroup(), new ShellGroup(), new ScaleGroup()];

    private readonly TimeProvider clock = TimeProvider.System;

    /// <summary>Measures, prints and writes the reports.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var chosen = Choose();
        var started = clock.GetUtcNow();
        await using var site = await BenchmarkSite.StartAsync(root, cancellationToken);
        await site.LoadAsync(BenchmarkSite.Database, options.Megabytes, cancellationToken);
        var size = await site.SqlAsync(BenchmarkSite.Database, "SELECT pg_database_size(current_database())", cancellationToken);
        var context = new GroupContext(site, new MinaShell(site), options.Megabytes, options.Rounds);
        var results = new List<GroupResult>();
        foreach (var group in chosen)
        {
            Console.WriteLine($"\n{group.Name}");
            var result = await group.RunAsync(context, cancellationToken);
            results.Add(result);
            Console.WriteLine($"\n{MarkdownReport.GroupTable(result)}{string.Join('\n', result.Notes)}");
        }

        Publish(new BenchmarkReport(
            started,
            await Machine.DescribeAsync(site, cancellationToken),
            BenchmarkSite.ServerSettings,
            options.Megabytes,
            long.Parse(size, CultureInfo.InvariantCulture),
            options.Rounds,
            results,
            BarList.Of(results)));
    }

    private List<IBenchmarkGroup> Choose()
    {
        if (options.Only.FirstOrDefault(name => Groups.All(group => group.Name != name)) is { } unknown)
        {
            throw new BenchmarkException($"There is no group {unknown}. Known: {string.Join(", ", Groups.Select(group => group.Name))}.");
        }

        return [.. Groups.Where(group => group is ScaleGroup
            ? options.Scale || options.Only.Contains(group.Name)
            : options.Only.Count == 0 || options.Only.Contains(group.Name))];
    }

    private void Publish(BenchmarkReport report)
    {
        Console.WriteLine($"\n{MarkdownReport.BarTable(report.Bars)}");
        var markdown = MarkdownReport.Write(report);
        Write(Path.Combine(root, "artifacts", "bench.json"), report.ToJson());
        Write(Path.Combine(root, "artifacts", "bench.md"), markdown);

        // The documentation shows whole runs only: figures of a small database, or of one round, would mislead.
        if (options.Only.Count == 0 && options.Megabytes >= BenchmarkOptions.DefaultMegabytes && options.Rounds >= BenchmarkOptions.DefaultRounds)
        {
            Write(Path.Combine(root, "docs", "performance.md"), markdown);
        }
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Console.WriteLine(path);
    }
}
