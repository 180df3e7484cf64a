using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>Waits until operations have ended, with one look a second at most beyond the first two.</summary>
internal sealed class NeonOperationWait(NeonClient client, NeonTimes times, RunContext context)
{
    /// <summary>Waits.</summary>
    /// <param name="operations">The operations, in the order in which they run.</param>
    /// <param name="activity">What they do, for the progress.</param>
    /// <param name="cancellationToken">Gives up; the operations go on.</param>
    /// <exception cref="ServiceException"><c>NeonOperationFailed</c>, <c>NeonOperationUnfinished</c>.</exception>
    public async Task RunAsync(IReadOnlyList<NeonOperation> operations, string activity, CancellationToken cancellationToken)
    {
        var started = context.Clock.GetTimestamp();
        var looks = 0;
        foreach (var given in operations)
        {
            var operation = given;
            while (!HasEnded(operation))
            {
                var elapsed = context.Clock.GetElapsedTime(started);
                if (elapsed > times.Operations)
                {
                    throw client.Unfinished(operation, elapsed);
                }

                // The next look of the same operation comes a second later; one at the next operation at once, unless looks have run ahead of the seconds.
                var due = looks == 0 ? times.FirstPoll : ReferenceEquals(operation, given) ? (looks - 1) * times.Poll : elapsed + times.Poll;
                if (due > elapsed)
                {
                    await Task.Delay(due - elapsed, context.Clock, cancellationToken);
                }

                looks++;
                operation = await client.GetOperationAsync(given.Id, cancellationToken);
                context.Observer.Progress(new RunProgress { Activity = activity, Stage = $"{operation.Action} {operation.Status}" });
            }
        }
    }

    private bool HasEnded(NeonOperation operation) => operation.Status switch
    {
        "finished" or "skipped" => true,
        "failed" or "error" or "cancelled" => throw client.Failed(operation),
        // Scheduling, running and cancelling go on; so may a status that is not known yet.
        _ => false,
    };
}
