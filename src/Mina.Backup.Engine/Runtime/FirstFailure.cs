namespace Mina.Backup.Engine.Runtime;

/// <summary>Waits for tasks that work on one thing, so that the first failure ends the others and is the one reported.</summary>
internal static class FirstFailure
{
    /// <summary>Waits for all; on a failure it cancels <paramref name="stop"/>, waits for the rest and throws that failure.</summary>
    public static async Task WhenAllAsync(IEnumerable<Task> tasks, CancellationTokenSource stop)
    {
        var running = tasks.ToList();
        Task? failed = null;
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running);
            running.Remove(ended);
            if (!ended.IsCompletedSuccessfully && failed is null)
            {
                failed = ended;
                await stop.CancelAsync();
            }
        }

        if (failed is not null)
        {
            await failed;
        }
    }
}
