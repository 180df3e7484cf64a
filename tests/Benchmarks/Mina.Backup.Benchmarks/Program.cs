using System.Reflection;
using Mina.Backup.Benchmarks;
using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Benchmarks.Micro;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};
var root = Path.TrimEndingDirectorySeparator(Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!);
try
{
    var options = BenchmarkOptions.Parse(args);
    if (options.Micro)
    {
        return MicroBenchmarks.Run(Path.Combine(root, "artifacts", "micro")) ? 0 : 1;
    }

    if (!OperatingSystem.IsLinux())
    {
        throw new BenchmarkException("The comparison counts processor time and memory by /proc. Run it on Linux.");
    }

    await new BenchmarkRun(options, root).RunAsync(stop.Token);
    return 0;
}
catch (BenchmarkException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
