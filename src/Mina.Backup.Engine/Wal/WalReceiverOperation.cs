using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Keeps pg_receivewal running: every byte that the server has flushed is flushed in the spool within moments, and the slot keeps what is not. When it
/// ends it is started again after a pause that grows; what no restart can mend ends the run.
/// </summary>
internal sealed class WalReceiverOperation(ClientTools tools, WalReceiverRequest request, RunContext context, Action<WalReceiverStatus> report)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private WalReceiverStatus status = null!;
    private bool limited;

    /// <summary>Receives until it is canceled or, once, until it has what the server had at the start.</summary>
    /// <returns>The last state.</returns>
    public async Task<WalReceiverStatus> RunAsync(CancellationToken cancellationToken)
    {
        var folder = WalArchivePlace.Resolve(request.ArchivePath, request.SpoolPath, context.Environment).RequiredSpool;
        var target = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.SourceNotGiven);
        context.Log.Redact(target.Password?.Reveal() ?? "");
        target = PoolerDetection.ToDirectAddress(target, context);
        using var spool = ReceiverSpool.Take(folder, request.Slot);
        status = new WalReceiverStatus { Server = target.Server, Slot = request.Slot, SpoolPath = folder, State = WalReceiverState.Starting, Since = context.Now };
        var slot = new ReceiverSlot(new PostgresConnector(target), request.Slot);
        try
        {
            await SuperviseAsync(slot, target, cancellationToken);
        }
        catch (OperationCanceledException) when (!request.Once)
        {
            Tell(status with { State = WalReceiverState.Stopped, ProcessId = null, NextAttemptAt = null, ErrorId = null, Problem = null });
            throw;
        }

        return status with { State = WalReceiverState.Stopped, Since = context.Now, ProcessId = null, ReceivedTo = ReceiverSpool.ReceivedTo(folder) };
    }

    private async Task SuperviseAsync(ReceiverSlot slot, ConnectionTarget target, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ;)
        {
            var started = context.Clock.GetTimestamp();
            var failure = await AttemptAsync(slot, target, cancellationToken);
            if (request.Once || IsFinal(failure))
            {
                if (failure is not null)
                {
                    throw failure;
                }

                return;
            }

            pause = context.Clock.GetElapsedTime(started) > StableAfter ? FirstPause : pause;
            Tell(status with
            {
                State = WalReceiverState.Waiting,
                ProcessId = null,
                NextAttemptAt = context.Now + pause,
                ErrorId = failure?.ErrorId,
                Problem = failure?.Message ?? "pg_receivewal was asked to end.",
                Restarts = status.Restarts + 1,
            });
            await Task.Delay(pause, context.Clock, cancellationToken);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    // A slot that lost its WAL, or is of the wrong kind, does not come back; whatever else there is may pass.
    private static bool IsFinal(MinaException? failure) =>
        failure is not null && (ReferenceEquals(failure.Definition, ErrorCatalog.SlotLost) || ReferenceEquals(failure.Definition, ErrorCatalog.SlotUnusable)
            || failure is ToolException { Definition.Kind: ErrorKind.NotFound or ErrorKind.NotSupported });

    private async Task<MinaException?> AttemptAsync(ReceiverSlot slot, ConnectionTarget target, CancellationToken cancellationToken)
    {
        try
        {
            // Also before each further attempt: only the slot can tell that its WAL is gone.
            var start = await slot.PrepareAsync(context, cancellationToken);
            if (!limited)
            {
                await slot.LimitAsync(request.MaximumSlotSize, context, cancellationToken);
                limited = true;
            }

            await WaitUntilFreeAsync(slot, cancellationToken);
            ReceiverSpool.RemoveEmptyPartials(status.SpoolPath);
            var tool = await tools.FindAsync("pg_receivewal", start.Major, cancellationToken);
            return await ReceiveAsync(slot, target, tool, start.End, cancellationToken);
        }
        catch (MinaException e)
        {
            return e;
        }
    }

    /// <summary>
    /// A server needs a moment to notice that a receiver was killed, and until then refuses the next one. If the slot stays in use, the next one's own
    /// words say by whom.
    /// </summary>
    private async Task WaitUntilFreeAsync(ReceiverSlot slot, CancellationToken cancellationToken)
    {
        var started = context.Clock.GetTimestamp();
        while (await slot.IsActiveAsync(cancellationToken) && context.Clock.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Look, context.Clock, cancellationToken);
        }
    }

    private async Task<MinaException?> ReceiveAsync(ReceiverSlot slot, ConnectionTarget target, ClientTool tool, Lsn end, CancellationToken cancellationToken)
    {
        List<string> arguments = ["-D", status.SpoolPath, "-S", request.Slot, "--synchronous", "--no-loop", "--no-password"];
        if (request.Once)
        {
            // It ends behind the place given, not at it.
            arguments.AddRange(["--endpos", new Lsn(end.Value - 1).ToString()]);
        }

        // Canceled here, not by the token: pg_receivewal ends in good order when it is asked to.
        await using var process = ToolProcess.Start(tool, arguments, target.ToEnvironment(), CancellationToken.None);
        await using var guard = ChildGuard.Start(process.ProcessId);
        process.StandardInput.Close();
        Tell(status with { State = WalReceiverState.Starting, ProcessId = process.ProcessId, NextAttemptAt = null });
        var exit = process.WaitAsync(CancellationToken.None);
        try
        {
            await TellWhenStreamingAsync(slot, exit, cancellationToken);
            return (await exit.WaitAsync(cancellationToken)).Failure(target.Server);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (!OperatingSystem.IsWindows() && UnixSignals.Interrupt(process.ProcessId))
            {
                await Task.WhenAny(exit, Task.Delay(Patience, CancellationToken.None));
            }

            throw;
        }
    }

    private async Task TellWhenStreamingAsync(ReceiverSlot slot, Task<ToolExit> exit, CancellationToken cancellationToken)
    {
        while (await Task.WhenAny(exit, Task.Delay(Look, cancellationToken)) != exit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await slot.IsActiveAsync(cancellationToken))
                {
                    Tell(status with { State = WalReceiverState.Streaming, ErrorId = null, Problem = null });
                    return;
                }
            }
            catch (Exception e) when (e is MinaException or NpgsqlException)
            {
                // The receiver's own end tells what is wrong, and more clearly.
                context.Debug($"The slot could not be looked at: {e.Message}");
            }
        }
    }

    private void Tell(WalReceiverStatus next)
    {
        var since = next.State == status.State ? status.Since : context.Now;
        status = next with { Since = since, ReceivedTo = ReceiverSpool.ReceivedTo(next.SpoolPath) };
        context.Verbose($"The receiver is {status.State}{(status.Problem is null ? "" : ": " + status.Problem)}");
        report(status);
    }
}
