using System.Management.Automation;

namespace Mina.Backup.Console;

/// <summary>Errors of one run: each is printed once, when it comes, and counted for the exit status.</summary>
internal sealed class ErrorReport(ConsoleUserInterface userInterface)
{
    /// <summary>Errors so far.</summary>
    public int Count { get; private set; }

    /// <summary>Prints and counts an error. What a native program wrote to standard error is printed as it is: it is no failure.</summary>
    public void Add(ErrorRecord error)
    {
        if (error.FullyQualifiedErrorId.StartsWith("NativeCommandError", StringComparison.Ordinal))
        {
            userInterface.WriteErrorLine(error.Exception.Message);
            return;
        }

        Count++;
        userInterface.WriteErrorLine(ErrorPrinter.Describe(error));
    }
}
