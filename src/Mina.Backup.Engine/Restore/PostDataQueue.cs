namespace Mina.Backup.Engine.Restore;

/// <summary>Gives out the statements of a stage, each only while nobody works on its tables.</summary>
internal sealed class PostDataQueue
{
    private readonly List<PostDataTask> waiting;
    private readonly HashSet<string> exclusive = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> shared = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private TaskCompletionSource released = New();

    public PostDataQueue(IEnumerable<PostDataTask> tasks) => waiting = [.. tasks];

    /// <summary>The next statement whose tables are free, waiting for one; null when all are given out.</summary>
    public async Task<PostDataTask?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (gate)
            {
                if (waiting.Count == 0)
                {
                    return null;
                }

                if (waiting.Find(IsFree) is { } task)
                {
                    waiting.Remove(task);
                    exclusive.UnionWith(task.Step.Tables);
                    foreach (var table in task.Step.Shared)
                    {
                        shared[table] = shared.GetValueOrDefault(table) + 1;
                    }

                    return task;
                }

                change = released.Task;
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Says that a statement has ended, well or not.</summary>
    public void Release(PostDataTask task)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            exclusive.ExceptWith(task.Step.Tables);
            foreach (var table in task.Step.Shared)
            {
                shared[table]--;
            }

            (signal, released) = (released, New());
        }

        signal.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool IsFree(PostDataTask task) =>
        !task.Step.Tables.Any(table => exclusive.Contains(table) || shared.GetValueOrDefault(table) > 0)
        && !task.Step.Shared.Any(exclusive.Contains);
}
