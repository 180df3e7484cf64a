using System.Text.Json;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// The drills of this user on this machine: <c>drills.jsonl</c> in the state folder, one record a line, oldest first, chained by checksums, with the
/// chain's head in <c>drills.head.json</c> beside it. docs/format.md describes both. Records are only ever added.
/// </summary>
public sealed class DrillHistory : IDrillRecorder
{
    private const string FileName = "drills.jsonl";
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly TimeProvider clock;
    private readonly bool isGiven;

    /// <summary>Opens a history; nothing is written before <see cref="RecordAsync"/>.</summary>
    /// <param name="environment">The machine.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="path">File of the history, or the folder that holds it; the state folder's when null.</param>
    public DrillHistory(HostEnvironment environment, TimeProvider clock, string? path = null)
    {
        this.clock = clock;
        isGiven = path is not null;
        Path = path is null ? System.IO.Path.Combine(environment.StateDirectory, FileName)
            : Directory.Exists(path) ? System.IO.Path.Combine(path, FileName)
            : path;
    }

    /// <summary>Its file.</summary>
    public string Path { get; }

    private string HeadPath => System.IO.Path.ChangeExtension(Path, ".head.json");

    /// <summary>Adds a drill. Runs that end at the same time wait for each other; when this returns, the record is on the disk.</summary>
    /// <exception cref="StorageException">The history cannot be written.</exception>
    public async Task RecordAsync(RecoveryDrillResult result, CancellationToken cancellationToken)
    {
        StateFolder.Ensure(System.IO.Path.GetDirectoryName(Path)!);
        try
        {
            // FileShare.None is an exclusive lock among processes that ask for one. It covers the head, too.
            await using var file = await OpenAsync(() => StateFolder.Open(Path, FileMode.OpenOrCreate, FileShare.None, FileAccess.ReadWrite), cancellationToken);
            await AppendAsync(file, result);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StateFolder.Translate(e, Path);
        }
    }

    /// <summary>All records, each judged by the chain. A history that was never written is empty.</summary>
    /// <exception cref="StorageException"><c>ObjectNotFound</c> for a path that was given; the history cannot be read.</exception>
    internal async Task<DrillHistoryContent> ReadAsync(CancellationToken cancellationToken)
    {
        var (content, head) = await StorageErrors.TranslateAsync(Path, "read", async () => await LoadAsync(cancellationToken));
        var chain = new DrillChain(content, head);
        return new DrillHistoryContent { Path = Path, Records = chain.Judge(Path), Head = chain.Tail, Problem = chain.Problem };
    }

    private static async Task<byte[]> ReadAllAsync(FileStream file, CancellationToken cancellationToken)
    {
        var content = new byte[file.Length];
        await file.ReadExactlyAsync(content, cancellationToken);
        return content;
    }

    private async Task<(byte[] Content, DrillChainHead? Head)> LoadAsync(CancellationToken cancellationToken)
    {
        // A head without its history says that records were there, unless the first record has come since the history was looked for.
        if (!File.Exists(Path) && DrillChainHead.Read(HeadPath) is var head && !File.Exists(Path))
        {
            return head is not null || !isGiven ? ([], head) : throw new StorageException(
                ErrorCatalog.ObjectNotFound,
                $"There is no history of drills at {Path}.",
                new ErrorContext { Target = Path, Action = $"Give the file, or the folder that holds {FileName}." });
        }

        // A shared lock: other readers may come, and nobody writes the head meanwhile.
        await using var file = await OpenAsync(() => new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read), cancellationToken);
        return (await ReadAllAsync(file, cancellationToken), DrillChainHead.Read(HeadPath));
    }

    private async Task AppendAsync(FileStream file, RecoveryDrillResult result)
    {
        // Not cancelable: half a record would be worse than a moment more.
        var chain = new DrillChain(await ReadAllAsync(file, CancellationToken.None), DrillChainHead.Read(HeadPath));
        var envelope = chain.Continue(new DrillEnvelope
        {
            FormatVersion = DrillEnvelope.Version,
            Sequence = 0,
            Previous = "",
            RecordedAt = clock.GetUtcNow(),
            Drill = JsonSerializer.SerializeToElement(result, DrillJson.Default.RecoveryDrillResult),
        });
        var line = DrillLine.Seal(envelope, out var sha256);
        var length = file.Length;
        try
        {
            await file.WriteAsync((byte[])[.. chain.IsEnded ? ""u8 : "\n"u8, .. line], CancellationToken.None);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // A full disk: what got there is no record.
            file.SetLength(length);
            throw;
        }

        FolderSync.Flush(System.IO.Path.GetDirectoryName(Path)!);
        new DrillChainHead { Sequence = envelope.Sequence, Sha256 = sha256 }.Write(HeadPath);
    }

    private async Task<FileStream> OpenAsync(Func<FileStream> open, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return open();
            }
            catch (IOException e) when (StorageErrors.IsHeld(e) && clock.GetElapsedTime(start) < LongestWait)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
