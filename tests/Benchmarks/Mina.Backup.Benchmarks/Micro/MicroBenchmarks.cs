using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Mina.Backup.Benchmarks.Micro;

/// <summary>Runs the stages of the pipeline alone, each with 16 MiB a time.</summary>
internal static class MicroBenchmarks
{
    /// <summary>Runs all of them; false when one failed.</summary>
    /// <param name="folder">Where the reports go.</param>
    public static bool Run(string folder)
    {
        // Within this process: each operation takes milliseconds, so nothing is gained by building a program for each.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(10);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(ConsoleLogger.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddColumn(new ThroughputColumn())
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddExporter(MarkdownExporter.GitHub, JsonExporter.Full)
            .WithArtifactsPath(folder);
        var summaries = BenchmarkRunner.Run([typeof(ScannerBenchmarks), typeof(CompressionBenchmarks), typeof(EnvelopeBenchmarks)], config);
        return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success));
    }
}
