using System.Diagnostics;

namespace Mina.Backup.Benchmarks.Measuring;

/// <summary>A program that is run to its end, and measured on request.</summary>
/// <param name="Path">Full path, or a name to be looked up in <c>PATH</c>.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Variables">Environment variables beyond those of this process.</param>
internal sealed record ChildProgram(string Path, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Variables)
{
    private const int GreatestComplaint = 4000;

    /// <summary>Runs it and returns what it wrote.</summary>
    /// <exception cref="BenchmarkException">It failed.</exception>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        using var process = Start();
        return await FinishAsync(process, cancellationToken);
    }

    /// <summary>Runs it and returns what it cost and wrote. Nothing else may be started meanwhile: ended children are counted together.</summary>
    /// <param name="server">Process id of the database server, whose sessions' processor time is counted apart; null without one.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="BenchmarkException">It failed.</exception>
    public async Task<(Measurement Cost, string Output)> MeasureAsync(string? server, CancellationToken cancellationToken)
    {
        var cpu = ProcessorTime.OfEndedChildren("self");
        var serverCpu = server is null ? 0 : ProcessorTime.OfEndedChildren(server);
        var watch = Stopwatch.StartNew();
        using var process = Start();
        await using var memory = TreeMemory.Watch(process.Id);
        var output = await FinishAsync(process, cancellationToken);
        watch.Stop();

        // The server notices the end of a session, and counts it, a moment after the client has gone.
        await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        var cost = new Measurement
        {
            Seconds = watch.Elapsed.TotalSeconds,
            CpuSeconds = ProcessorTime.OfEndedChildren("self") - cpu,
            ServerCpuSeconds = server is null ? 0 : ProcessorTime.OfEndedChildren(server) - serverCpu,
            TreePeakBytes = memory.Peak,
        };
        return (cost, output);
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Path, Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private async Task<string> FinishAsync(Process process, CancellationToken cancellationToken)
    {
        process.StandardInput.Close();
        var complaints = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            var complaint = (await complaints).Trim();
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? output
                : throw new BenchmarkException($"{Path} {Arguments[0]} ended with status {process.ExitCode}: {complaint[..Math.Min(complaint.Length, GreatestComplaint)]}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
