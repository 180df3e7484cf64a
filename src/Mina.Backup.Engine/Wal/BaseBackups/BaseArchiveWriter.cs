using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// Writes the archives of a base backup as they come: scanned and hashed, cut into blocks, each block one gzip member, inside an OpenPGP message
/// where protected. Nothing stays under its name unless all of them do.
/// </summary>
internal sealed class BaseArchiveWriter : IBaseSink, IAsyncDisposable
{
    private const int BlockSize = 1 << 20;

    private readonly BaseFileSet set;
    private readonly Func<string, ContainerWriterOptions> options;
    private readonly Action<long> report;
    private readonly List<BaseBackupArchive> archives = [];
    private readonly List<IReadOnlyList<MemberLocation>> members = [];
    private StagedObject? staged;
    private ContainerWriter? container;
    private TarScanner? scanner;
    private PlainBlock? block;
    private uint? tablespace;
    private string? path;

    /// <summary>Creates a writer.</summary>
    /// <param name="set">The files of the base backup.</param>
    /// <param name="options">How a file is written, by its name inside the message.</param>
    /// <param name="report">Takes the bytes that the server has sent so far.</param>
    public BaseArchiveWriter(BaseFileSet set, Func<string, ContainerWriterOptions> options, Action<long> report)
    {
        this.set = set;
        this.options = options;
        this.report = report;
    }

    /// <summary>What was in them.</summary>
    public BaseContent Content { get; } = new();

    /// <summary>Bytes of the tars so far.</summary>
    public long PlainSize { get; private set; }

    /// <summary>The archives, that of the data directory first.</summary>
    public IReadOnlyList<BaseBackupArchive> Archives => [.. Order().Select(i => archives[i])];

    /// <summary>Where everything stands, in the order of <see cref="Archives"/>.</summary>
    public BaseIndex ToIndex(string name) => new(
        name,
        [.. Order().Select(i => new BaseIndexArchive([.. Content.Entries.Where(entry => entry.Archive == i).Select(entry => entry.Entry)], members[i]))]);

    /// <inheritdoc/>
    public async ValueTask BeginAsync(uint? tablespace, string? path, CancellationToken cancellationToken)
    {
        this.tablespace = tablespace;
        this.path = path;
        staged = await set.StageAsync(BaseBackupNames.ArchiveFile(set.Name, tablespace, set.IsEncrypted), cancellationToken);
        container = new ContainerWriter(staged.Content, options(BaseBackupNames.ArchiveFile(set.Name, tablespace, encrypted: false)));
        scanner = Content.Scan(archives.Count, BaseBackupArchive.PrefixOf(tablespace));
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        scanner!.Append(bytes.Span);
        while (!bytes.IsEmpty)
        {
            block ??= PlainBlock.Rent(BlockSize);
            var piece = bytes[..Math.Min(bytes.Length, BlockSize - block.Length)];
            piece.Span.CopyTo(block.Buffer.AsSpan(block.Length));
            block.Length += piece.Length;
            PlainSize += piece.Length;
            bytes = bytes[piece.Length..];
            if (block.Length == BlockSize)
            {
                await FlushAsync(cancellationToken);
            }
        }

        report(PlainSize);
    }

    /// <inheritdoc/>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (!scanner!.IsComplete)
        {
            throw new InvalidDataException("The server's tar lacks its end.");
        }

        await FlushAsync(cancellationToken);
        var totals = await container!.CompleteAsync(cancellationToken);
        await set.CommitAsync(staged!, cancellationToken);
        archives.Add(new BaseBackupArchive(new ManifestFile(staged!.Name, totals.StoredLength, totals.Sha256), tablespace, path));
        members.Add(totals.Members);
        await CloseAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Content.Dispose();
    }

    private IEnumerable<int> Order() => Enumerable.Range(0, archives.Count).OrderBy(i => archives[i].Tablespace is not null).ThenBy(i => archives[i].Tablespace);

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (block is { Length: > 0 } full)
        {
            block = null;
            await container!.WriteAsync(full, cancellationToken);
        }
    }

    private async ValueTask CloseAsync()
    {
        block?.Dispose();
        block = null;
        if (container is not null)
        {
            await container.DisposeAsync();
            container = null;
        }

        if (staged is not null)
        {
            await staged.DisposeAsync();
            staged = null;
        }
    }
}
