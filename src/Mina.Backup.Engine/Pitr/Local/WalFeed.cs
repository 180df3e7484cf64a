using System.Runtime.Versioning;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// Hands WAL to a recovery that runs: fetches, decrypts and inflates ahead of it, in parallel, into a folder from which the recovery's own
/// restore_command, a few lines of shell, takes one segment after the other. At most a fixed number of segments waits there.
/// </summary>
/// <remarks>
/// The script answers at once about files that are not planned, waits for those that are, and aborts recovery (status above 125) when the feed has
/// failed: otherwise a damaged segment would look like the end of the log.
/// </remarks>
[UnsupportedOSPlatform("windows")]
internal sealed class WalFeed
{
    private const int SegmentsAhead = 16;
    private const string PlanFile = ".plan";
    private const string FailedFile = ".failed";

    /// <summary>Into it the script writes the name of what recovery asked for last and did not get.</summary>
    private const string RefusedFile = ".refused";

    private const string Script = """
        #!/bin/sh
        # Hands one file of WAL to recovery: $1 is its name, $2 where it goes.
        feed=${0%/*}/wal
        if ! grep -qxF -- "$1" "$feed/.plan" 2>/dev/null; then
            printf '%s\n' "$1" > "$feed/.refused"
            exit 1
        fi
        while [ ! -f "$feed/$1" ]; do
            [ ! -e "$feed/.failed" ] || exit 200
            sleep 0.02
        done
        case $1 in
            *.history) exec cp -- "$feed/$1" "$2" ;;
            *) exec mv -- "$feed/$1" "$2" ;;
        esac
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

    /// <summary>What recovery asked for last and did not get; null when it got everything.</summary>
    public string? Refused
    {
        get
        {
            var path = Path.Combine(folder.Wal, RefusedFile);
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
    }

    /// <summary>What restore_command is to be.</summary>
    public static string Command(BranchFolder folder) => $"/bin/sh \"{folder.RestoreScript}\" \"%f\" \"%p\"";

    /// <summary>Writes the script, the plan and the history files; then the server may start.</summary>
    /// <param name="segments">Segments in the order of replay.</param>
    /// <param name="histories">History files that the archive has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task PrepareAsync(IReadOnlyList<WalFile> segments, IReadOnlyList<WalFile> histories, CancellationToken cancellationToken)
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

        var names = histories.Select(file => file.Name.Text).Concat(segments.Select(NameOf));
        owner.WriteFile(Path.Combine(folder.Wal, PlanFile), string.Concat(names.Select(name => name + "\n")));
    }

    /// <summary>Fetches the segments while recovery takes them. Ends when all are fetched, or with the first failure, which also ends recovery.</summary>
    public async Task RunAsync(IReadOnlyList<WalFile> segments, CancellationToken cancellationToken)
    {
        try
        {
            using var room = new SemaphoreSlim(workers);
            var running = new List<Task>();
            foreach (var segment in segments)
            {
                await WaitForRoomAsync(running, cancellationToken);
                await room.WaitAsync(cancellationToken);
                running.Add(Task.Run(
                    async () =>
                    {
                        try
                        {
                            await FetchAsync(segment, cancellationToken);
                        }
                        finally
                        {
                            room.Release();
                        }
                    },
                    cancellationToken));
            }

            await Task.WhenAll(running);
        }
        catch
        {
            owner.WriteFile(Path.Combine(folder.Wal, FailedFile), string.Empty);
            throw;
        }
    }

    private static string NameOf(WalFile file) => file.Name.Kind == WalFileKind.Partial ? file.Name.Segment.ToString() : file.Name.Text;

    private async Task WaitForRoomAsync(List<Task> running, CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var done in running.Where(task => task.IsCompleted).ToList())
            {
                await done;
                running.Remove(done);
            }

            var waiting = Directory.EnumerateFiles(folder.Wal).Count(path => WalFileName.Parse(Path.GetFileName(path))?.Kind == WalFileKind.Segment);
            if (waiting + running.Count < SegmentsAhead)
            {
                return;
            }

            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    // Recovery sees a file under its name only when all of it is there and belongs to the server's account.
    private async Task FetchAsync(WalFile file, CancellationToken cancellationToken)
    {
        var final = Path.Combine(folder.Wal, NameOf(file));
        var staged = final + ".fetching";
        try
        {
            await archive.FetchAsync(file.Name, staged, cancellationToken);
            owner.Give(staged);
            File.Move(staged, final);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            throw BranchErrors.FromStorage(e, final);
        }
    }
}
