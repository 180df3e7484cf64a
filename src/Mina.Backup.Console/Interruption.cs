using System.Management.Automation;
using System.Runtime.InteropServices;

namespace Mina.Backup.Console;

/// <summary>Ctrl+C, termination and hang-up: the running command is stopped in order, and the exit status says by what.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration[] registrations;
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

    /// <summary>128 and the signal's number once there was one.</summary>
    public int? ExitStatus { get; private set; }

    /// <summary>Names what a signal stops until the result is disposed.</summary>
    public IDisposable Watch(PowerShell shell)
    {
        lock (gate)
        {
            running = shell;
        }

        return new Watching(this);
    }

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
    }

    private PosixSignalRegistration Listen(PosixSignal signal, int number) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            lock (gate)
            {
                if (ExitStatus is not null)
                {
                    return; // cleaning up already; a second Ctrl+C must not cut that short
                }

                ExitStatus = ExitCodes.ForSignal(number);
                running?.BeginStop(null, null);
                foreground.Signal(number);
            }
        });

    private sealed class Watching(Interruption owner) : IDisposable
    {
        public void Dispose()
        {
            lock (owner.gate)
            {
                owner.running = null;
            }
        }
    }
}
