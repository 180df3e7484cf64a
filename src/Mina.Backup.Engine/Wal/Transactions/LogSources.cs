using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal.Names;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>
/// The log and the names that a search has to go by: those of the archive and its spool, and those of the running server where it can be reached
/// and is the one that the archive belongs to. Holds the server's connection until it is disposed.
/// </summary>
internal sealed class LogSources : IAsyncDisposable
{
    private readonly ServerLog? server;

    private LogSources(ServerLog? server, IReadOnlyList<LogRun> runs, TimelineHistory history, NameHistory names)
    {
        this.server = server;
        Runs = runs;
        History = history;
        Names = names;
    }

    /// <summary>The segments, in the log's order; between two runs some are missing.</summary>
    public IReadOnlyList<LogRun> Runs { get; }

    /// <summary>The timeline that is followed.</summary>
    public TimelineHistory History { get; }

    /// <summary>Names of files over time.</summary>
    public NameHistory Names { get; }

    /// <summary>Gathers what there is. A server that cannot be asked is a warning as long as there is an archive.</summary>
    /// <exception cref="ConfigurationException"><c>ArchiveNotGiven</c> without an archive and without a server.</exception>
    /// <exception cref="CatalogException"><c>NoWalFound</c>.</exception>
    public static async Task<LogSources> OpenAsync(
        FindTransactionRequest request, KeyRing keys, IBackupStoreFactory stores, RunContext context, CancellationToken cancellationToken)
    {
        var target = Target(request, context.Environment);
        var place = HasArchive(request, context.Environment) || target is null ? WalArchivePlace.Resolve(request.Archive, request.Spool, context.Environment) : null;
        List<FilenodeMap> maps = place is null ? [] : [.. await FilenodeMapStore.Open(place, stores).ReadAllAsync(keys, e => context.Warning(e.Message), cancellationToken)];
        var archive = place is null ? null : WalArchive.Open(place, stores, keys);
        var described = archive is null ? null : await archive.DescribeAsync(cancellationToken);
        var server = target is null ? null : await OpenServerAsync(target, described, maps, required: place is null, context, cancellationToken);
        try
        {
            var (runs, history) = await MapAsync(request, place, archive, server, cancellationToken);
            return runs.Count > 0 ? new LogSources(server, runs, history, new NameHistory(maps)) : throw new CatalogException(
                ErrorCatalog.NoWalFound,
                place is null ? $"{target!.Server} shows no segment of its log." : $"Neither {place.Location} nor its spool holds a segment of the log.",
                new ErrorContext { Target = place?.Location ?? target!.Server });
        }
        catch
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static bool HasArchive(FindTransactionRequest request, HostEnvironment environment) =>
        request.Archive is not null || environment.Variable(WalArchivePlace.LocationVariable) is not null;

    private static ConnectionTarget? Target(FindTransactionRequest request, HostEnvironment environment) =>
        request.ArchiveOnly || (request.Database ?? environment.Variable("DATABASE_URL")) is not { } text ? null : ConnectionTarget.Parse(text, environment);

    private static async Task<ServerLog?> OpenServerAsync(
        ConnectionTarget target, WalArchiveDescriptor? described, List<FilenodeMap> maps, bool required, RunContext context, CancellationToken cancellationToken)
    {
        ServerLog? server = null;
        try
        {
            server = await ServerLog.OpenAsync(target, cancellationToken);
            if (described is not null && described.SystemIdentifier != server.SystemIdentifier)
            {
                context.Warning($"{target.Server} is another cluster than the one that the archive belongs to; it was not asked.");
                await server.DisposeAsync();
                return null;
            }

            maps.Add(await FilenodeMapReader.ReadAsync(target, cancellationToken));
            return server;
        }
        catch (ServerException e) when (!required)
        {
            context.Warning($"The running server was left out: {e.Message}");
            if (server is not null)
            {
                await server.DisposeAsync();
            }

            return null;
        }
        catch
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }

            throw;
        }
    }

    private static async Task<(IReadOnlyList<LogRun> Runs, TimelineHistory History)> MapAsync(
        FindTransactionRequest request, WalArchivePlace? place, WalArchive? archive, ServerLog? server, CancellationToken cancellationToken)
    {
        var listing = archive is null ? null : await archive.ListAsync(cancellationToken);
        var newest = Math.Max(listing?.NewestTimeline ?? 0, server?.History.Timeline ?? 0);
        var timeline = request.Timeline ?? newest;
        var history = timeline == server?.History.Timeline ? server.History
            : timeline > 1 && listing?.Timeline(timeline) is { HasHistory: true } ? await archive!.ReadHistoryAsync(timeline, cancellationToken)
            : TimelineHistory.Root(Math.Max(1, timeline));
        // A server that is restored or promoted may have lost histories that the archive keeps.
        if (history.Ancestors.Count == 0 && timeline > 1 && listing?.Timeline(timeline) is { HasHistory: true })
        {
            history = await archive!.ReadHistoryAsync(timeline, cancellationToken);
        }

        var geometry = server?.Geometry ?? listing!.Geometry;
        var map = new LogMap(geometry, history);
        var spool = place?.Spool is { } folder ? new WalSpool(folder) : null;
        foreach (var file in listing?.Files ?? [])
        {
            if (file.Name.Kind is WalFileKind.Segment or WalFileKind.Partial && geometry.Fits(file.Name.Segment))
            {
                map.Add(new LogSegment(
                    geometry.NumberOf(file.Name.Segment), file.Name.Segment, new ArchiveOrigin(archive!, spool, file), file.Name.Kind == WalFileKind.Partial));
            }
        }

        foreach (var segment in server?.Segments ?? [])
        {
            map.Add(segment);
        }

        return (map.Runs(), history);
    }
}
