using System.Diagnostics;
using Mina.Backup.Engine.Tests.Support;

namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>Runs the programs that operators use beside the product: psql, pg_dump, gpg, gunzip, sh.</summary>
public static class Programs
{
    /// <summary>Folder with the server's own programs: the one named at the start, else that of the newest installed major version; null where the search path serves.</summary>
    public static string? ServerPrograms { get; } = TestPrograms.Folder ?? FindServerPrograms();

    /// <summary>Runs a program to its end; a failure is an exception with its error output.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        var result = await TryAsync(program, arguments, environment, input);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{program} ended with {result.ExitCode}: {result.Errors}");
    }

    /// <summary>Runs a line of shell with pipefail, for the pipelines that operators type.</summary>
    public static Task<string> ShellAsync(string script, IReadOnlyDictionary<string, string>? environment = null) =>
        RunAsync("bash", ["-c", "set -euo pipefail\n" + script], environment);

    /// <summary>Runs a program to its end, whatever its status.</summary>
    public static async Task<ProgramOutput> TryAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        using var process = Start(program, arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ProgramOutput(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts a program with all three streams as pipes.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    private static string? FindServerPrograms() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql")
                .Select(folder => Path.Combine(folder, "bin"))
                .Where(folder => File.Exists(Path.Combine(folder, "initdb")))
                .MaxBy(folder => int.TryParse(Path.GetFileName(Path.GetDirectoryName(folder)), out var major) ? major : 0)
            : null;
}
