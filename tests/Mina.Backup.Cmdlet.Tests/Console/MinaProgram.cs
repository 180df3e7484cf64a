using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mina.Backup.Cmdlet.Tests.Console;

/// <summary>The built console as a child process, as an operator or a scheduler starts it.</summary>
internal static class MinaProgram
{
    /// <summary>What one run left behind.</summary>
    public sealed record Outcome(int ExitCode, string Output, string Errors);

    /// <summary>The console of <c>build.ps1 Build</c>.</summary>
    public static string Path
    {
        get
        {
            var path = System.IO.Path.Combine(RepositoryRoot(), "artifacts", "mina", OperatingSystem.IsWindows() ? "mina.exe" : "mina");
            return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing. Run build.ps1 Build first.");
        }
    }

    /// <summary>The module of <c>build.ps1 Build</c>.</summary>
    public static string ModuleDirectory => System.IO.Path.Combine(RepositoryRoot(), "artifacts", "Mina.Backup");

    /// <summary>Runs it to its end; standard input is what is given, then closed.</summary>
    public static async Task<Outcome> RunAsync(string[] arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        using var process = Start(Path, arguments, environment, folder);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        return new Outcome(process.ExitCode, (await output).ReplaceLineEndings("\n"), (await errors).ReplaceLineEndings("\n"));
    }

    /// <summary>Starts it on a terminal of its own, Linux only; what it shows and what is typed are the result's piped streams.</summary>
    public static Process StartOnTerminal(string[] arguments)
    {
        var command = string.Join(' ', arguments.Prepend(Path).Select(argument => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
        return Start("/usr/bin/script", ["--quiet", "--return", "--command", command, "/dev/null"], environment: null);
    }

    /// <summary>Starts it with all three streams piped.</summary>
    public static Process Start(string[] arguments, IReadOnlyDictionary<string, string>? environment = null) => Start(Path, arguments, environment);

    private static Process Start(string program, string[] arguments, IReadOnlyDictionary<string, string>? environment, string? folder = null)
    {
        // Whoever runs the tests in the background may have SIGINT ignored, which children inherit: env gives it back.
        var start = new ProcessStartInfo(OperatingSystem.IsLinux() ? "/usr/bin/env" : program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? "",
        };
        foreach (var argument in OperatingSystem.IsLinux() ? ["--default-signal=INT,TERM,HUP", program, .. arguments] : arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    private static string RepositoryRoot([CallerFilePath] string thisFile = "")
    {
        for (var folder = Directory.GetParent(thisFile); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Mina.Backup.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {thisFile} holds Mina.Backup.sln.");
    }
}
