namespace Mina.Backup.Benchmarks.Measuring;

/// <summary>One way to do something, measured beside others.</summary>
/// <param name="Name">What the report calls it; unique within its group.</param>
/// <param name="Command">The command as it is run, for the report.</param>
/// <param name="RunAsync">Runs and measures it once; what it needs before and leaves behind does not count.</param>
internal sealed record Contestant(string Name, string Command, Func<CancellationToken, Task<Measurement>> RunAsync);
