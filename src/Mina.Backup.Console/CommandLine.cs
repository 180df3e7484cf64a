using System.Diagnostics.CodeAnalysis;

namespace Mina.Backup.Console;

/// <summary>What the command line asks for.</summary>
internal enum CommandLineAction
{
    RunFile,
    RunText,
    RunStandardInput,
    ShowHelp,
    ShowVersion,
}

/// <summary>The command line of <c>mina</c>, read.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Source">Path of the script, or its text; empty for standard input.</param>
/// <param name="Arguments">What follows the script's path, as typed.</param>
/// <param name="NonInteractive">Never ask, even where a terminal is there.</param>
/// <param name="NoModule">Do not import the module beside the console.</param>
internal sealed record CommandLine(
    CommandLineAction Action, string Source, IReadOnlyList<string> Arguments, bool NonInteractive, bool NoModule)
{
    public const string Usage = """
        Usage: mina [options] SCRIPT.ps1 [arguments]
               mina [options] -Command TEXT
               mina [options] < SCRIPT.ps1

        Runs PowerShell with the Mina.Backup module where PowerShell is not installed.

          -Command TEXT     run TEXT; everything after -Command belongs to it
          -File SCRIPT      run SCRIPT; the same as giving it without -File
          -NonInteractive   never ask, even in a terminal
          -NoModule         do not import the module beside the console
          -Help, -Version   print this, or the version

        The module is the folder Mina.Backup beside the console's own folder, or what MINA_MODULE_PATH names.
        Exit status: 0 only if no error was reported; N after `exit N`; 1 after an error; 130 after Ctrl+C.
        """;

    /// <summary>Reads the arguments; a wrong one is told in <paramref name="problem"/>.</summary>
    public static bool TryParse(
        string[] arguments,
        bool inputIsRedirected,
        [NotNullWhen(true)] out CommandLine? commandLine,
        [NotNullWhen(false)] out string? problem)
    {
        commandLine = null;
        problem = null;
        var nonInteractive = false;
        var noModule = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            var rest = arguments[(i + 1)..];
            switch (NameOf(arguments[i]))
            {
                case "NONINTERACTIVE":
                    nonInteractive = true;
                    continue;
                case "NOMODULE":
                    noModule = true;
                    continue;
                case "NOPROFILE" or "NOLOGO": // what people write for pwsh; there is neither here
                    continue;
                case "H" or "HELP" or "?":
                    commandLine = new CommandLine(CommandLineAction.ShowHelp, "", [], nonInteractive, noModule);
                    return true;
                case "V" or "VERSION":
                    commandLine = new CommandLine(CommandLineAction.ShowVersion, "", [], nonInteractive, noModule);
                    return true;
                case "C" or "COMMAND" when rest is ["-"]:
                    commandLine = new CommandLine(CommandLineAction.RunStandardInput, "", [], nonInteractive, noModule);
                    return true;
                case "C" or "COMMAND" when rest.Length > 0:
                    commandLine = new CommandLine(CommandLineAction.RunText, string.Join(' ', rest), [], nonInteractive, noModule);
                    return true;
                case "F" or "FILE" when rest.Length > 0:
                    commandLine = new CommandLine(CommandLineAction.RunFile, rest[0], rest[1..], nonInteractive, noModule);
                    return true;
                case "C" or "COMMAND" or "F" or "FILE":
                    problem = $"{arguments[i]} needs a value.";
                    return false;
                case null when arguments[i] == "-":
                    commandLine = new CommandLine(CommandLineAction.RunStandardInput, "", rest, nonInteractive, noModule);
                    return true;
                case null:
                    commandLine = new CommandLine(CommandLineAction.RunFile, arguments[i], rest, nonInteractive, noModule);
                    return true;
                default:
                    problem = $"There is no option {arguments[i]}.";
                    return false;
            }
        }

        if (!inputIsRedirected)
        {
            problem = "Give a script, -Command, or a script on standard input.";
            return false;
        }

        commandLine = new CommandLine(CommandLineAction.RunStandardInput, "", [], nonInteractive, noModule);
        return true;
    }

    // The option's name in upper case, or null for what is no option.
    private static string? NameOf(string argument) =>
        argument.Length > 1 && argument[0] == '-' ? argument.TrimStart('-').ToUpperInvariant() : null;
}
