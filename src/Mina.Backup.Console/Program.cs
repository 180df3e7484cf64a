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
}
