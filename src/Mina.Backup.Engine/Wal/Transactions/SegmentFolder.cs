using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>
/// A folder of this user alone with the segments of a run that are being read. Each comes when it is first asked for and goes when nobody
/// needs it any more, so that the disk holds a few of them. Safe for use by several threads; the folder goes when it is disposed.
/// </summary>
internal sealed class SegmentFolder : IAsyncDisposable
{
    private const string Prefix = "mina-log-";
    private const string LockName = "lock";
    private readonly Dictionary<int, (Task Ready, int Users)> held = [];
    private readonly Lock gate = new();
    private readonly LogRun run;
    private readonly FileStream guard;

    private SegmentFolder(LogRun run, string path, FileStream guard)
    {
        this.run = run;
        Path = path;
        this.guard = guard;
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>Makes a folder below the temporary one; folders of runs that were killed are removed first.</summary>
    /// <exception cref="StorageException">The temporary folder cannot be used.</exception>
    public static SegmentFolder Create(LogRun run, string temporary) => StorageErrors.Translate(temporary, "used", () =>
    {
        foreach (var left in Directory.EnumerateDirectories(temporary, Prefix + "*"))
        {
            RemoveAbandoned(left);
        }

        var path = System.IO.Path.Combine(temporary, Prefix + Guid.NewGuid().ToString("N"));
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return new SegmentFolder(run, path, FileAccessRules.CreateLocked(System.IO.Path.Combine(path, LockName)));
    });

    /// <summary>Brings segments of the run here, from one index up to and without another, and keeps them until they are released.</summary>
    public Task AcquireAsync(int first, int end, CancellationToken cancellationToken)
    {
        List<Task> ready = [];
        lock (gate)
        {
            for (var index = first; index < end; index++)
            {
                held[index] = held.TryGetValue(index, out var known)
                    ? (known.Ready, known.Users + 1)
                    : (FetchAsync(index, cancellationToken), 1);
                ready.Add(held[index].Ready);
            }
        }

        return Task.WhenAll(ready);
    }

    /// <summary>Lets segments go.</summary>
    public void Release(int first, int end)
    {
        lock (gate)
        {
            for (var index = first; index < end; index++)
            {
                var (ready, users) = held[index];
                if (users > 1)
                {
                    held[index] = (ready, users - 1);
                    continue;
                }

                held.Remove(index);
                File.Delete(PathOf(index));
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (gate)
        {
            running = [.. held.Values.Select(item => item.Ready)];
        }

        // Whoever acquired them has seen their failures; here they only must have ended.
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        await guard.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }

    private static void RemoveAbandoned(string folder)
    {
        try
        {
            using (File.Open(System.IO.Path.Combine(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                // Nobody holds it.
            }

            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is in use, is being made, is going, or is another user's.
        }
    }

    private string PathOf(int index) => System.IO.Path.Combine(Path, run.FileNameOf(index));

    private Task FetchAsync(int index, CancellationToken cancellationToken) =>
        Task.Run(() => run.Segments[index].Origin.FetchAsync(run.Segments[index], PathOf(index), cancellationToken), cancellationToken);
}
