using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace Mina.Backup.Console;

/// <summary>One run of <c>mina</c>: a runspace with the module, one script in it, and its exit status.</summary>
internal sealed class ScriptSession : IDisposable
{
    private readonly CommandLine commandLine;
    private readonly ConsoleUserInterface userInterface;
    private readonly ErrorReport errors;
    private readonly ConsoleHost host;
    private readonly Runspace runspace;
    private readonly Interruption interruption;

    /// <summary>Prepares the run; nothing is executed yet.</summary>
    public ScriptSession(CommandLine commandLine)
    {
        this.commandLine = commandLine;
        var answersPossible = !commandLine.NonInteractive && !System.Console.IsInputRedirected && !System.Console.IsErrorRedirected;
        var foreground = new ForegroundProgram();
        interruption = new Interruption(foreground);
        userInterface = new ConsoleUserInterface(answersPossible, interruption.Token);
        errors = new ErrorReport(userInterface);
        host = new ConsoleHost(userInterface, errors, foreground);
        runspace = RunspaceFactory.CreateRunspace(host, CreateState());
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
    }

    /// <summary>Runs the script.</summary>
    /// <returns>The exit status of the process.</returns>
    public int Run()
    {
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        if (!ImportModule())
        {
            return Status();
        }

        if (ScriptText() is not { } text)
        {
            return ExitCodes.Usage;
        }

        using var shell = PowerShell.Create(runspace);
        shell.AddScript(text, useLocalScope: false);
        Execute(shell);
        return Status();
    }

    public void Dispose()
    {
        userInterface.ClearProgress();
        interruption.Dispose();
        runspace.Dispose();
    }

    private static InitialSessionState CreateState()
    {
        var state = InitialSessionState.CreateDefault2();
        state.Commands.Remove("Out-Default", typeof(SessionStateCmdletEntry));
        state.Commands.Add(new SessionStateCmdletEntry("Out-Default", typeof(OutDefaultCommand), helpFileName: null));
        state.Commands.Add(new SessionStateCmdletEntry("Out-String", typeof(OutStringCommand), helpFileName: null));
        if (OperatingSystem.IsWindows())
        {
            // Whoever may start this program may run the script it was given; the policy guards double clicks.
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        return state;
    }

    // A status of the script's own is kept, but never a 0 in spite of errors.
    private int Status() => (interruption.ExitStatus, host.ExitStatus ?? 0, errors.Count) switch
    {
        ({ } bySignal, _, _) => bySignal,
        (null, not 0 and var given, _) => given,
        (null, 0, > 0) => ExitCodes.Failure,
        _ => ExitCodes.Success,
    };

    // What to run, or null after saying why there is nothing.
    private string? ScriptText()
    {
        switch (commandLine.Action)
        {
            case CommandLineAction.RunText:
                return ScriptSource.FromText(commandLine.Source);
            case CommandLineAction.RunStandardInput:
                return ScriptSource.FromText(System.Console.In.ReadToEnd());
            default:
                var path = Path.GetFullPath(commandLine.Source);
                if (File.Exists(path))
                {
                    return ScriptSource.FromFile(path, commandLine.Arguments);
                }

                userInterface.WriteErrorLine($"mina: The script {path} does not exist.");
                return null;
        }
    }

    private bool ImportModule()
    {
        if (commandLine.NoModule)
        {
            return true;
        }

        try
        {
            if (ModuleLocator.Find() is not { } manifest)
            {
                return true;
            }

            using var shell = PowerShell.Create(runspace);
            shell.AddCommand("Import-Module").AddParameter("Name", manifest);
            return Execute(shell) && errors.Count == 0;
        }
        catch (FileNotFoundException missing)
        {
            errors.Add(new ErrorRecord(missing, "ModuleNotFound", ErrorCategory.ObjectNotFound, null));
            return false;
        }
    }

    // False when an exception went uncaught or the run was interrupted; both are reported by then.
    private bool Execute(PowerShell shell)
    {
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        shell.Streams.Error.DataAdded += (sender, added) => errors.Add(((PSDataCollection<ErrorRecord>)sender!)[added.Index]);
        using var watched = interruption.Watch(shell);
        if (interruption.ExitStatus is not null)
        {
            return false;
        }

        try
        {
            shell.Invoke();

            // A command may end well although it was stopped, like an import that was through with all but its last step.
            return interruption.ExitStatus is null;
        }
        catch (PipelineStoppedException) when (interruption.ExitStatus is not null)
        {
            return false;
        }
        catch (RuntimeException uncaught)
        {
            errors.Add(uncaught.ErrorRecord);
            return false;
        }
    }
}
