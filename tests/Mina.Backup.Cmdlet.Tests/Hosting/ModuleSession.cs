using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>A real runspace with the shipped module imported.</summary>
internal sealed class ModuleSession : IDisposable
{
    private readonly Runspace runspace;

    public ModuleSession(string? culture = null, string? formatFile = null)
    {
        var state = InitialSessionState.CreateDefault2();
        if (formatFile is not null)
        {
            state.Formats.Add(new SessionStateFormatEntry(formatFile));
        }

        runspace = RunspaceFactory.CreateRunspace(
            new TestHost(Screen, CultureInfo.GetCultureInfo(culture ?? "en-US")),
            state);
        runspace.Open();
        Run("$ErrorActionPreference = 'Stop'; Import-Module $args[0]; $ErrorActionPreference = 'Continue'", ShippedModule.Manifest)
            .ThrowIfFailed();
    }

    /// <summary>What the host was given to show.</summary>
    public TestUserInterface Screen { get; } = new();

    /// <summary>Runs a script to its end.</summary>
    public ScriptOutcome Run(string script, params object?[] arguments)
    {
        using var shell = Start(script, arguments);
        return Finish(shell, () => shell.Invoke());
    }

    /// <summary>Runs a script and has its objects rendered on the screen; returns what this showed.</summary>
    public string Show(string script, params object?[] arguments)
    {
        var before = Screen.Text.Length;
        using var shell = Start(script, arguments);
        shell.AddCommand("Out-Default");
        Finish(shell, () => shell.Invoke()).ThrowIfFailed();
        return Screen.Text[before..];
    }

    /// <summary>Prepares a script in this runspace.</summary>
    public PowerShell Start(string script, params object?[] arguments)
    {
        var shell = PowerShell.Create(runspace);
        shell.AddScript(script);
        foreach (var argument in arguments)
        {
            shell.AddArgument(argument);
        }

        return shell;
    }

    /// <summary>Invokes and keeps all streams.</summary>
    public static ScriptOutcome Finish(PowerShell shell, Func<IEnumerable<PSObject>> invoke)
    {
        List<PSObject> output = [];
        RuntimeException? thrown = null;
        try
        {
            output.AddRange(invoke());
        }
        catch (RuntimeException exception)
        {
            thrown = exception;
        }

        return new ScriptOutcome(output, [.. shell.Streams.Error], [.. shell.Streams.Warning.Select(record => record.Message)], thrown);
    }

    public void Dispose() => runspace.Dispose();
}
