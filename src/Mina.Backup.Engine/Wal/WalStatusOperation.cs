using System.Globalization;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>Looks at an archive, its spool and, where one is given, its server: what can be recovered, and how much would be lost now.</summary>
internal sealed class WalStatusOperation(
    WalStatusRequest request, IBackupStoreFactory stores, Func<WalArchivePlace, IBaseBackupInventory> openInventory, ClientTools tools, RunContext context)
{
    private readonly ProblemList problems = new();
    private string? serverName;

    /// <summary>Looks. What cannot be looked at is a problem of the result, not a failure.</summary>
    /// <exception cref="MinaException">The archive itself cannot be read.</exception>
    public async Task<WalArchiveInfo> RunAsync(CancellationToken cancellationToken)
    {
        var place = WalArchivePlace.Resolve(request.ArchivePath, request.SpoolPath, context.Environment);
        using var keys = KeyRing.Create(request.Keys, context.Environment);
        var archive = WalArchive.Open(place, stores, keys);
        var bases = await openInventory(place).ListAsync(cancellationToken);
        var descriptor = await problems.TryAsync(() => archive.DescribeAsync(cancellationToken));
        var listing = await problems.TryAsync<WalListing>(async () => await archive.ListAsync(cancellationToken)) ?? new WalListing(new WalGeometry(16 << 20), []);
        var stored = await archive.ListStoredAsync(cancellationToken);
        var spooled = place.Spool is { } folder ? new WalSpool(folder).List() : [];
        var server = await AskServerAsync(cancellationToken);
        var reader = await FindReaderAsync(server, cancellationToken);

        var windows = new WalWindows(listing, bases);
        List<WalTimelineInfo> timelines = [];
        foreach (var timeline in listing.Timelines)
        {
            timelines.Add(await DescribeAsync(timeline, archive, windows, reader, cancellationToken));
        }

        var gaps = windows.Gaps();
        var info = new WalArchiveInfo
        {
            ArchivePath = place.Location,
            SpoolPath = place.Spool,
            At = context.Now,
            Problems = [],
            SystemIdentifier = descriptor?.SystemIdentifier.ToString(CultureInfo.InvariantCulture),
            SegmentSize = descriptor?.SegmentSize,
            Files = stored.Count,
            Size = stored.Sum(file => file.StoredSize),
            SpooledFiles = spooled.Count,
            SpooledSize = spooled.Sum(file => file.StoredSize),
            Timelines = timelines,
            Gaps = gaps,
            Window = timelines.Where(timeline => timeline.Windows.Count > 0).LastOrDefault()?.Windows[^1],
        };
        problems.AddAboutArchive(info, bases);
        if (descriptor is not null)
        {
            info = await new ArchiveLag(archive, descriptor, place.Spool, problems, context).MeasureAsync(info, stored, server, reader, cancellationToken);
        }

        if (server is not null)
        {
            info = info with { CurrentLsn = server.Current, PgWalSize = server.PgWalSize, Archiver = server.Archiver, Slots = server.Slots, Server = serverName };
            problems.AddAboutServer(info, descriptor, server, place.Spool is { } path ? ReceiverSpool.SlotIn(path) : null, request.MaximumLag);
        }

        return info with { Problems = problems.WorstFirst() };
    }

    private async Task<ServerWal?> AskServerAsync(CancellationToken cancellationToken)
    {
        if (request.Database is null && context.Environment.Variable("DATABASE_URL") is null)
        {
            return null;
        }

        var target = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.SourceNotGiven);
        context.Log.Redact(target.Password?.Reveal() ?? "");
        serverName = target.Server;
        return await problems.TryAsync<ServerWal>(async () => await ServerWal.ReadAsync(target, cancellationToken));
    }

    /// <summary>What reads commit times; pg_waldump reads only the log of its own major version.</summary>
    private async Task<CommitReader?> FindReaderAsync(ServerWal? server, CancellationToken cancellationToken)
    {
        try
        {
            return new CommitReader(await tools.FindAsync("pg_waldump", server?.Major ?? 0, cancellationToken), context);
        }
        catch (ToolException e)
        {
            context.Verbose($"Times of commits are not read: {e.Message}");
            return null;
        }
    }

    private async Task<WalTimelineInfo> DescribeAsync(
        WalTimeline timeline, WalArchive archive, WalWindows windows, CommitReader? reader, CancellationToken cancellationToken)
    {
        // Without its history a timeline stands alone: what its ancestors hold is not known to lead to it.
        var history = await problems.TryAsync<TimelineHistory>(async () => await archive.ReadHistoryAsync(timeline.Timeline, cancellationToken))
            ?? TimelineHistory.Root(timeline.Timeline);
        List<WalWindow> described = [];
        foreach (var (window, route) in windows.Along(history))
        {
            var time = reader is null ? null : await problems.TryAsync(async () => (object?)await reader.LastAsync(archive, route, cancellationToken));
            described.Add(window with { ToTime = (DateTimeOffset?)time });
        }

        return new WalTimelineInfo
        {
            Timeline = timeline.Timeline,
            Parent = history.Parent,
            BranchedAt = history.Parent is null ? null : history.Start,
            Segments = timeline.Segments.Count,
            FirstSegment = timeline.Segments.Count == 0 ? null : timeline.Segments[0].Name.Text,
            LastSegment = timeline.Segments.Count == 0 ? null : timeline.Segments[^1].Name.Text,
            Size = timeline.Size,
            Windows = described,
        };
    }
}
