namespace Mina.Backup.Engine.Restore;

/// <summary>Lets background work run only while the work that matters leaves some of the lanes idle. Safe for use by several threads.</summary>
/// <param name="lanes">How much may run at once.</param>
internal sealed class IdleGate(int lanes)
{
    private readonly Lock gate = new();
    private TaskCompletionSource freed = New();
    private int busy;

    /// <summary>Takes a lane for work that matters, whether one is free or not, until the result is disposed.</summary>
    public IDisposable Occupy()
    {
        lock (gate)
        {
            busy++;
        }

        return new Lane(this);
    }

    /// <summary>Waits for a lane that nobody needs and takes it until the result is disposed.</summary>
    public async Task<IDisposable> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (gate)
            {
                if (busy < lanes)
                {
                    busy++;
                    return new Lane(this);
                }

                change = freed.Task;
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Leave()
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            busy--;
            (signal, freed) = (freed, New());
        }

        signal.SetResult();
    }

    private sealed class Lane(IdleGate owner) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                owner.Leave();
            }
        }
    }
}
