using System.Globalization;
using Mina.Backup.Benchmarks.Measuring;

namespace Mina.Backup.Benchmarks;

/// <summary>The command line.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Size of the database whose figures the documentation shows.</summary>
    public const int DefaultMegabytes = 900;

    /// <summary>Fewest runs whose median means something.</summary>
    public const int DefaultRounds = 3;

    /// <summary>Size of the database, about.</summary>
    public int Megabytes { get; init; } = DefaultMegabytes;

    /// <summary>Runs of each contestant.</summary>
    public int Rounds { get; init; } = DefaultRounds;

    /// <summary>Groups to run; empty for all of the default ones.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Whether to measure databases of different sizes, too.</summary>
    public bool Scale { get; init; }

    /// <summary>Whether to run the micro-benchmarks instead.</summary>
    public bool Micro { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="BenchmarkException">One of them is not understood.</exception>
    public static BenchmarkOptions Parse(string[] arguments)
    {
        var options = new BenchmarkOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--megabytes" => options with { Megabytes = Number(arguments, ++i) },
                "--rounds" => options with { Rounds = Number(arguments, ++i) },
                "--only" => options with { Only = Value(arguments, ++i).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--scale" => options with { Scale = true },
                "--micro" => options with { Micro = true },
                _ => throw new BenchmarkException($"There is no option {arguments[i]}. Known: --megabytes N, --rounds N, --only GROUP[,GROUP], --scale, --micro."),
            };
        }

        return options;
    }

    private static int Number(string[] arguments, int at) =>
        int.TryParse(Value(arguments, at), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new BenchmarkException($"{arguments[at - 1]} needs a number greater than 0.");

    private static string Value(string[] arguments, int at) =>
        at < arguments.Length ? arguments[at] : throw new BenchmarkException($"{arguments[at - 1]} needs a value.");
}
