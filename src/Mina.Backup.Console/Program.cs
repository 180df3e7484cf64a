namespace Mina.Backup.Console;

/// <summary>Entry point of <c>mina</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (!CommandLine.TryParse(arguments, System.Console.IsInputRedirected, out var commandLine, out var problem))
        {
            System.Console.Error.WriteLine($"mina: {problem}");
            System.Console.Error.WriteLine(CommandLine.Usage);
            return ExitCodes.Usage;
        }

        PrepareEnvironment();
        switch (commandLine.Action)
        {
            case CommandLineAction.ShowHelp:
                System.Console.Out.WriteLine(CommandLine.Usage);
                return ExitCodes.Success;
            case CommandLineAction.ShowVersion:
                System.Console.Out.WriteLine($"mina {ConsoleHost.ProductVersion.ToString(3)}");
                return ExitCodes.Success;
            default:
                using (var session = new ScriptSession(commandLine))
                {
                    return session.Run();
                }
        }
    }

    // Both before the engine of PowerShell looks: it would report its use to its makers, and put its caches into the current folder
    // where HOME is no absolute path. Without HOME the account's own folder serves.
    private static void PrepareEnvironment()
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        if (!OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("HOME") is { } home && !Path.IsPathFullyQualified(home))
        {
            Environment.SetEnvironmentVariable("HOME", null);
        }
    }
}
