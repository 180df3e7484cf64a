using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>One segment of the log, wherever it lies.</summary>
/// <param name="Number">Its number, counted from the log's beginning.</param>
/// <param name="Name">Its name.</param>
/// <param name="Origin">Where it is taken from.</param>
/// <param name="MayEnd">Whether the log may end within it: a partial segment, or the one that the server is writing.</param>
internal sealed record LogSegment(ulong Number, WalSegmentName Name, ISegmentOrigin Origin, bool MayEnd);

/// <summary>Somewhere that segments are taken from.</summary>
internal interface ISegmentOrigin
{
    /// <summary>Brings a segment's content to a local path, complete and of a segment's size.</summary>
    Task FetchAsync(LogSegment segment, string path, CancellationToken cancellationToken);
}

/// <summary>The archive and its spool.</summary>
internal sealed class ArchiveOrigin(WalArchive archive, WalSpool? spool, WalFile file) : ISegmentOrigin
{
    /// <inheritdoc/>
    public async Task FetchAsync(LogSegment segment, string path, CancellationToken cancellationToken)
    {
        if (!TryLink(path))
        {
            await archive.FetchAsync(file.Name, path, cancellationToken);
        }
    }

    /// <summary>
    /// A finished segment of the spool needs no copy: a second name keeps it, whatever becomes of the first. It must be a file itself, as the spool may
    /// belong to somebody else, and a segment of the place that its name says.
    /// </summary>
    private bool TryLink(string path)
    {
        if (OperatingSystem.IsWindows() || spool is null || file.Source != WalFileSource.Spool || file.Name.Kind != WalFileKind.Segment
            || !UnixFiles.TryLink(spool.PathOf(file.StoredName), path, out _))
        {
            return false;
        }

        var linked = new FileInfo(path);
        if (linked.LinkTarget is null && HasHeader(path))
        {
            return true;
        }

        linked.Delete();
        return false;
    }

    // What a segment's copy is checked for when it is fetched; a file that fails here is fetched, and the failure told there.
    private bool HasHeader(string path)
    {
        Span<byte> head = stackalloc byte[WalPageHeader.Length];
        using var handle = FileAccessRules.OpenRead(path);
        return RandomAccess.Read(handle, head, 0) == head.Length
            && WalPageHeader.Read(head) is { } header
            && RandomAccess.GetLength(handle) == header.SegmentSize
            && header.Timeline <= file.Name.Timeline
            && header.Address == new WalGeometry(header.SegmentSize).StartOf(file.Name.Segment);
    }
}
