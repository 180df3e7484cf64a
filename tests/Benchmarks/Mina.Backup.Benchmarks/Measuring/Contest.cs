using System.Globalization;

namespace Mina.Backup.Benchmarks.Measuring;

/// <summary>Lets contestants take turns, so that whatever else the machine does hits all of them.</summary>
internal static class Contest
{
    /// <summary>Runs every contestant once per round, and says how each did.</summary>
    public static async Task<IReadOnlyList<Result>> RunAsync(IReadOnlyList<Contestant> contestants, int rounds, CancellationToken cancellationToken)
    {
        var runs = contestants.ToDictionary(contestant => contestant.Name, _ => new List<Measurement>());
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var contestant in contestants)
            {
                var run = await contestant.RunAsync(cancellationToken);
                runs[contestant.Name].Add(run);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {round}/{rounds} {contestant.Name,-48} {run.Seconds,9:F3} s"));
            }
        }

        return [.. contestants.Select(contestant => new Result(contestant.Name, contestant.Command, runs[contestant.Name]))];
    }
}
