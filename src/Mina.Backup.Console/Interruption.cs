using System.Management.Automation;
using System.Runtime.InteropServices;

namespace Mina.Backup.Console;

/// <summary>
/// Ctrl+C, termination and hang-up: the running command is stopped in order, and the exit status says by what. Where no command runs
/// yet, or none any more, there is nothing to put in order and the process ends at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration[] registrations;
    private readonly CancellationTokenSource interrupted = new();
    private readonly Lock gate = new();
    private readonly ForegroundProgram foreground;
    private PowerShell? running;

    /// <summary>Starts to listen.</summary>
    public Interruption(ForegroundProgram foreground)
    {
        this.foreground = foreground;
        registrations =
        [
            Listen(PosixSignal.SIGINT, 2),
            Listen(PosixSignal.SIGTERM, 15),
            Listen(PosixSignal.SIGHUP, 1),
        ];
    }

    /// <summary>128 and the signal's number once there was one; the first decides.</summary>
    public int? ExitStatus { get; private set; }

    /// <summary>Canceled by the first signal, for what waits without being a command: questions to the operator.</summary>
    public CancellationToken Token => interrupted.Token;

    /// <summary>Names what a signal stops until the result is disposed.</summary>
    public IDisposable Watch(PowerShell shell)
    {
        // What is stopped before it runs would run all the same, so a signal from before is made good as soon as it does.
        shell.InvocationStateChanged += StopIfInterrupted;
        lock (gate)
        {
            running = shell;
        }

        return new Watching(this, shell);
    }

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        interrupted.Dispose();
    }

    private PosixSignalRegistration Listen(PosixSignal signal, int number) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (!Stop(number))
            {
                Environment.Exit(ExitCodes.ForSignal(number));
            }
        });

    // False when there is nothing to stop.
    private bool Stop(int number)
    {
        lock (gate)
        {
            var isFirst = ExitStatus is null;
            ExitStatus ??= ExitCodes.ForSignal(number);
            if (running is null)
            {
                return false;
            }

            // A second Ctrl+C must not cut the cleaning up short: a command that is stopping already is left to it.
            if (running.InvocationStateInfo.State == PSInvocationState.Running)
            {
                running.BeginStop(null, null);
            }

            if (isFirst)
            {
                interrupted.Cancel();
                foreground.Signal(number);
            }

            return true;
        }
    }

    private void StopIfInterrupted(object? sender, PSInvocationStateChangedEventArgs change)
    {
        lock (gate)
        {
            if (ExitStatus is not null && sender is PowerShell shell && change.InvocationStateInfo.State == PSInvocationState.Running)
            {
                shell.BeginStop(null, null);
            }
        }
    }

    private sealed class Watching(Interruption owner, PowerShell shell) : IDisposable
    {
        public void Dispose()
        {
            shell.InvocationStateChanged -= owner.StopIfInterrupted;
            lock (owner.gate)
            {
                owner.running = null;
            }
        }
    }
}
