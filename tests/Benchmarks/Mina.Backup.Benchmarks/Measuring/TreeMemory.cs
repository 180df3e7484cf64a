using System.Globalization;

namespace Mina.Backup.Benchmarks.Measuring;

/// <summary>Samples how much memory a process and its descendants hold together, until it is disposed.</summary>
internal sealed class TreeMemory : IAsyncDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);

    // A look at all processes costs some milliseconds, which the measured ones must not feel.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource stop = new();
    private readonly Task sampling;
    private long peak;

    private TreeMemory(int root) => sampling = Task.Run(() => SampleAsync(root));

    /// <summary>Largest sum of resident sizes seen, in bytes. Pages that processes share count once for each.</summary>
    public long Peak => Volatile.Read(ref peak);

    /// <summary>Starts sampling.</summary>
    public static TreeMemory Watch(int root) => new(root);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await sampling;
        stop.Dispose();
    }

    private async Task SampleAsync(int root)
    {
        for (var pause = First; ; pause = pause * 2 > Longest ? Longest : pause * 2)
        {
            await Task.Delay(pause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            Volatile.Write(ref peak, Math.Max(peak, ResidentSize(root)));
        }
    }

    private static long ResidentSize(int root)
    {
        var children = Children();
        var total = 0L;
        var waiting = new Stack<int>([root]);
        while (waiting.TryPop(out var process))
        {
            total += ResidentSizeOf(process);
            foreach (var child in children[process])
            {
                waiting.Push(child);
            }
        }

        return total;
    }

    private static ILookup<int, int> Children() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0)
        .Select(id => (Id: id, Parent: ParentOf(id)))
        .ToLookup(process => process.Parent, process => process.Id);

    private static int ParentOf(int process)
    {
        var stat = Read($"/proc/{process}/stat");
        return stat is null ? -1 : int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static long ResidentSizeOf(int process)
    {
        var statm = Read($"/proc/{process}/statm");
        return statm is null ? 0 : long.Parse(statm.Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    // A process may end between the look at the folder and the look into it.
    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
