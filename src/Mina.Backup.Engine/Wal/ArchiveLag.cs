using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>How far an archive is behind its server: what would be lost if the server's host were gone now. The spool does not count.</summary>
internal sealed class ArchiveLag(WalArchive archive, WalArchiveDescriptor descriptor, string? spool, ProblemList problems, RunContext context)
{
    /// <summary>Adds what can be told.</summary>
    public async Task<WalArchiveInfo> MeasureAsync(
        WalArchiveInfo info, IReadOnlyList<WalFile> stored, ServerWal? server, CommitReader? reader, CancellationToken cancellationToken)
    {
        var position = new ArchivedPosition();
        position.Reset(descriptor.Geometry, stored);
        foreach (var partial in stored.Where(file => file.Name.Kind == WalFileKind.Partial))
        {
            if (await problems.TryAsync(async () => (object?)await EndOfAsync(partial, cancellationToken)) is Lsn end)
            {
                position.AddPartial(descriptor.Geometry, partial.Name.Segment, end);
            }
        }

        info = info with { ArchivedTo = position.End };
        if (server is null || position.End is not { } archived || server.SystemIdentifier != descriptor.SystemIdentifier)
        {
            return info;
        }

        if (archived >= server.Current)
        {
            return info with { LagBytes = 0, LagTime = TimeSpan.Zero };
        }

        return await MeasureTimeAsync(info with { LagBytes = server.Current - archived }, archived, stored, server, reader, cancellationToken);
    }

    private async Task<WalArchiveInfo> MeasureTimeAsync(
        WalArchiveInfo info, Lsn archived, IReadOnlyList<WalFile> stored, ServerWal server, CommitReader? reader, CancellationToken cancellationToken)
    {
        if (reader is not null && !OperatingSystem.IsWindows())
        {
            var (complete, commit) = await reader.FirstAsync(
                archived, server.Current, server.Timeline, descriptor.Geometry, name => FindPlain(name, server), cancellationToken);
            if (commit is { } oldest)
            {
                return info with { LagTime = Positive(context.Now - oldest) };
            }

            if (complete)
            {
                // Log without a commit: checkpoints, or what is still under way.
                return info with { LagTime = TimeSpan.Zero };
            }
        }

        // Whatever the archive does not have was written after the segment that it stored last was ended.
        var newest = stored.Where(file => file.Name.Kind is WalFileKind.Segment or WalFileKind.Partial).Select(file => (DateTimeOffset?)file.ModifiedAt).Max();
        return info with { LagTime = newest is { } at ? Positive(context.Now - at) : null, LagIsEstimate = true };
    }

    /// <summary>A segment's plain file on this machine: the server's own, or the spool's.</summary>
    private string? FindPlain(WalSegmentName name, ServerWal server)
    {
        List<string> paths = [];
        if (server.DataDirectory is { } data)
        {
            paths.Add(Path.Combine(data, "pg_wal", name.ToString()));
        }

        if (spool is not null)
        {
            paths.Add(Path.Combine(spool, name.ToString()));
            paths.Add(Path.Combine(spool, WalFileName.OfPartial(name).Text));
        }

        return paths.Find(CanRead);
    }

    private static bool CanRead(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private async Task<Lsn> EndOfAsync(WalFile partial, CancellationToken cancellationToken)
    {
        var offset = 0L;
        var end = 0L;
        var page = new byte[LogPage.Length];
        await foreach (var block in archive.ReadAsync(partial, cancellationToken))
        {
            // Blocks are multiples of a page, as they are written.
            var last = block.Span.LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
            {
                var start = last / LogPage.Length * LogPage.Length;
                page.AsSpan().Clear();
                block.Span[start..Math.Min(start + LogPage.Length, block.Length)].CopyTo(page);
                end = Math.Max(offset + last + 1, offset + start + LogPage.EndOfRecords(page));
            }

            offset += block.Length;
        }

        return new Lsn(descriptor.Geometry.StartOf(partial.Name.Segment).Value + (ulong)end);
    }

    private static TimeSpan Positive(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;
}
