using System.Runtime.Versioning;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// Hands WAL to a recovery that runs: fetches, decrypts and inflates ahead of it, in parallel, into a folder from which the recovery's own
/// restore_command, a few lines of shell, takes one segment after the other. Only so many segments wait there, however much WAL there is.
/// </summary>
/// <remarks>
/// The script answers at once about files that are not planned and waits for those that are. When the feed has failed it aborts recovery (status
/// above 125): otherwise a damaged segment would look like the end of the log. Recovery begins with the checkpoint's segment and then goes back to
/// where that checkpoint began, so what it waits for is fetched first, and a segment is removed only when recovery is well behind it.
/// </remarks>
[UnsupportedOSPlatform("windows")]
internal sealed class WalFeed
{
    private const int SegmentsAhead = 16;
    private const int SegmentsKept = 2;
    private const string PlanFile = ".plan";
    private const string FailedFile = ".failed";
    private const string ClosedFile = ".closed";
    private const string TakenFile = ".taken";
    private const string WantedFile = ".wanted";
    private const string RefusedFile = ".refused";

    private const string Script = """
        #!/bin/sh
        # Hands one file of WAL to recovery: $1 is its name, $2 where it goes.
        feed=${0%/*}/wal
        while :; do
            waited=
            while [ ! -f "$feed/$1" ]; do
                [ ! -e "$feed/.failed" ] || exit 200
                [ ! -e "$feed/.closed" ] || exit 1
                grep -qxF -- "$1" "$feed/.plan" || { printf '%s\n' "$1" > "$feed/.refused"; exit 1; }
                printf '%s\n' "$1" > "$feed/.wanted"
                waited=yes
                sleep 0.02
            done
            [ -z "$waited" ] || rm -f -- "$feed/.wanted"
            case $1 in
                *.history) exec cp -- "$feed/$1" "$2" ;;
            esac
            ln -- "$feed/$1" "$2" 2>/dev/null || cp -- "$feed/$1" "$2" 2>/dev/null || {
                # What recovery is well behind goes, and may go right now, while it is read once more: then it is waited for like any other.
                [ ! -f "$feed/$1" ] || exit 200
                continue
            }
            break
        done
        printf '%s\n' "$1" >> "$feed/.taken"
        """;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly WalArchive archive;
    private readonly BranchFolder folder;
    private readonly ServerOwner owner;
    private readonly int workers;

    /// <summary>Creates a feed into a branch's folder.</summary>
    public WalFeed(WalArchive archive, BranchFolder folder, ServerOwner owner, int workers)
    {
        this.archive = archive;
        this.folder = folder;
        this.owner = owner;
        this.workers = workers;
    }

    /// <summary>The file that recovery asked for last and that was not planned; null when there was none.</summary>
    public string? Refused => File.Exists(PathOf(RefusedFile)) ? File.ReadAllText(PathOf(RefusedFile)).Trim() : null;

    /// <summary>What restore_command is to be.</summary>
    public static string Command(BranchFolder folder)
    {
        var quoted = $"'{folder.RestoreScript.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        return $"/bin/sh {quoted.Replace("%", "%%", StringComparison.Ordinal)} \"%f\" \"%p\"";
    }

    /// <summary>Writes the script, the plan and the history files; then the server may start.</summary>
    /// <param name="segments">Segments in the order of replay.</param>
    /// <param name="histories">History files that the archive has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PrepareAsync(IReadOnlyList<WalFile> segments, IEnumerable<WalFile> histories, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder.Wal))
        {
            Directory.Delete(folder.Wal, recursive: true);
        }

        owner.CreateFolder(folder.Wal);
        owner.WriteFile(folder.RestoreScript, Script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var history in histories)
        {
            await FetchAsync(history, cancellationToken);
        }

        owner.WriteFile(PathOf(PlanFile), string.Concat(segments.Select(segment => NameOf(segment) + "\n")));
    }

    /// <summary>
    /// Fetches the segments while recovery takes them, and again what it asks for again. Ends when it is canceled, as recovery has ended, or with the first failure,
    /// which also ends recovery.
    /// </summary>
    /// <param name="segments">Segments in the order of replay.</param>
    /// <param name="report">Takes the number of segments that recovery has taken.</param>
    /// <param name="cancellationToken">Ends the feed; what waits stays.</param>
    public async Task RunAsync(IReadOnlyList<WalFile> segments, Action<int> report, CancellationToken cancellationToken)
    {
        var state = new FeedState([.. segments.Select(NameOf)]);
        var running = new Dictionary<int, Task>();
        try
        {
            while (true)
            {
                foreach (var (index, task) in running.Where(pair => pair.Value.IsCompleted).ToList())
                {
                    await task;
                    running.Remove(index);
                }

                state.Look(PathOf(TakenFile), PathOf(WantedFile));
                if (state.Taken > 0)
                {
                    report(state.Taken);
                }

                foreach (var passed in state.TakePassed(SegmentsKept))
                {
                    File.Delete(PathOf(passed));
                }

                while (running.Count < workers && state.TryNext(SegmentsAhead, out var next))
                {
                    running.Add(next, Task.Run(() => FetchAsync(segments[next], cancellationToken), cancellationToken));
                }

                await Task.WhenAny(Task.Delay(LookInterval, cancellationToken), running.Count == workers ? Task.WhenAny(running.Values) : Task.Delay(LookInterval, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch
        {
            await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Directory.Exists(folder.Wal))
            {
                owner.WriteFile(PathOf(FailedFile), string.Empty);
            }

            throw;
        }
    }

    /// <summary>No more WAL comes; what waits is removed. The script goes on answering, with no.</summary>
    public void Close()
    {
        owner.WriteFile(PathOf(ClosedFile), string.Empty);
        File.Delete(PathOf(FailedFile));
        foreach (var path in Directory.EnumerateFiles(folder.Wal).Where(path => WalFileName.Parse(Path.GetFileName(path))?.Kind == WalFileKind.Segment || path.EndsWith(".fetching", StringComparison.Ordinal)))
        {
            File.Delete(path);
        }
    }

    private static string NameOf(WalFile file) => file.Name.Kind == WalFileKind.Partial ? file.Name.Segment.ToString() : file.Name.Text;

    private string PathOf(string name) => Path.Combine(folder.Wal, name);

    // Recovery sees a file under its name only when all of it is there and belongs to the server's account.
    private async Task FetchAsync(WalFile file, CancellationToken cancellationToken)
    {
        var final = PathOf(NameOf(file));
        var staged = final + ".fetching";
        try
        {
            if (!await SpooledSegment.TryCopyAsync(archive, file, staged, cancellationToken))
            {
                await archive.FetchAsync(file.Name, staged, cancellationToken);
            }

            owner.Give(staged);
            File.Move(staged, final);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            throw BranchErrors.FromStorage(e, final);
        }
    }
}
