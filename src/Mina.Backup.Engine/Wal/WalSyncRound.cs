using System.Collections.Concurrent;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// One look at the spool after the other: what is complete goes into the archive, in parallel, and out of the spool; then the running segment as far as
/// it is. A file that fails does not keep the others back.
/// </summary>
internal sealed class WalSyncRound
{
    private readonly WalArchivePlace place;
    private readonly WalSpool spool;
    private readonly WalArchive archive;
    private readonly WalPublisher publisher;
    private readonly WalPartialPublisher partials;
    private readonly ArchivedPosition position = new();
    private readonly FileMemory memory;
    private readonly int jobs;
    private readonly RunContext context;

    public WalSyncRound(
        WalArchivePlace place, IBackupStore store, WalSpool spool, WalArchive archive, ContainerWriterOptions options, int jobs, RunContext context)
    {
        this.place = place;
        this.spool = spool;
        this.archive = archive;
        this.jobs = jobs;
        this.context = context;
        memory = new FileMemory(context.Clock);
        publisher = new WalPublisher(store, spool, archive, options);
        partials = new WalPartialPublisher(store, spool, archive, options);
    }

    /// <summary>First place in the log that the archive does not have.</summary>
    public Lsn? ArchivedTo => position.End;

    /// <summary>Whether the last round could not go on, as archive or spool could not be used.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>Finds out how far the archive reaches.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (await archive.DescribeAsync(cancellationToken) is { } descriptor)
        {
            position.Reset(descriptor.Geometry, await archive.ListStoredAsync(cancellationToken));
        }
    }

    /// <summary>Does one round.</summary>
    /// <param name="received">What the receiver is known to have flushed before this round; null when that is not known.</param>
    /// <param name="cancellationToken">Gives up; a file under way leaves nothing behind.</param>
    public async Task<WalSyncResult> RunAsync(Lsn? received, CancellationToken cancellationToken)
    {
        Interrupted = true;
        var started = context.Clock.GetTimestamp();
        var files = spool.List();
        var failures = new ConcurrentBag<WalSyncFailure>();
        var done = new ConcurrentBag<WalPublication>();
        if (files.Count > 0)
        {
            await publisher.PrepareAsync(cancellationToken);
        }

        var complete = files.Where(file => file.Name.Kind != WalFileKind.Partial).ToList();
        (long Plain, long Stored) sent;
        try
        {
            await PublishCompleteAsync(complete, done, failures, cancellationToken);
            sent = await PublishPartialsAsync(files, received, failures, cancellationToken);
        }
        finally
        {
            // Also when the archive's disk is full: what it has is safe there.
            Clear(complete, done);
        }

        Interrupted = false;
        return Nothing() with
        {
            Duration = context.Clock.GetElapsedTime(started),
            Published = done.Count(item => item.Outcome == WalPublicationOutcome.Published),
            AlreadyThere = done.Count(item => item.Outcome == WalPublicationOutcome.AlreadyThere),
            PlainSize = done.Where(item => item.StoredSize > 0).Sum(item => item.PlainSize) + sent.Plain,
            StoredSize = done.Sum(item => item.StoredSize) + sent.Stored,
            LastSegment = done.Where(item => item is { Outcome: WalPublicationOutcome.Published, Name.Kind: WalFileKind.Segment }).Max(item => item.Name.Text),
            Failures = [.. failures.OrderBy(failure => failure.Name, StringComparer.Ordinal)],
        };
    }

    /// <summary>The result of a round that did nothing.</summary>
    public WalSyncResult Nothing() => new()
    {
        ArchivePath = place.Location,
        SpoolPath = spool.Folder,
        At = context.Now,
        Duration = TimeSpan.Zero,
        Published = 0,
        AlreadyThere = 0,
        PlainSize = 0,
        StoredSize = 0,
        ArchivedTo = ArchivedTo,
    };

    /// <summary>A failure as the result tells it.</summary>
    public static WalSyncFailure Failure(string name, MinaException e) =>
        new() { Name = name, ErrorId = e.ErrorId, Message = e.Message, RecommendedAction = e.RecommendedAction };

    private async Task PublishCompleteAsync(
        List<WalFile> complete, ConcurrentBag<WalPublication> done, ConcurrentBag<WalSyncFailure> failures, CancellationToken cancellationToken)
    {
        // Histories are few and tell readers which segments belong together: first. Then in the log's order, so that an interruption leaves no gap.
        var due = complete.Where(file => !memory.IsSettled(file))
            .OrderBy(file => file.Name.Kind == WalFileKind.History ? 0 : 1).ThenBy(file => file.Name.Text, StringComparer.Ordinal).ToList();
        var progress = new SyncProgress(context, place.Location, due.Sum(file => file.StoredSize));
        var options = new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(due, options, async (file, token) =>
        {
            if (await TryAsync(file, failures, () => PublishAsync(file, token)) is { } publication)
            {
                done.Add(publication);
            }

            progress.Advance(file.StoredSize);
        });
    }

    /// <summary>Does something with one file. What is wrong with it is kept apart; an archive or spool that cannot be used ends the round.</summary>
    private async Task<T?> TryAsync<T>(WalFile file, ConcurrentBag<WalSyncFailure> failures, Func<Task<T?>> action)
        where T : class
    {
        if (memory.FailureOf(file) is { } known)
        {
            failures.Add(known);
            return null;
        }

        try
        {
            return await action();
        }
        catch (MinaException e) when (e is IntegrityException or EncryptionException)
        {
            var failure = Failure(file.Name.Text, e);
            memory.Failed(file, failure);
            failures.Add(failure);
            return null;
        }
    }

    private async Task<WalPublication?> PublishAsync(WalFile file, CancellationToken cancellationToken)
    {
        var publication = await publisher.PublishAsync(file, cancellationToken);
        if (file.Name.Kind == WalFileKind.Segment && publication.Outcome != WalPublicationOutcome.TakenByOther
            && await archive.DescribeAsync(cancellationToken) is { } descriptor)
        {
            position.Add(descriptor.Geometry, file.Name.Segment);
            await partials.RemoveAsync(file.Name.Segment, cancellationToken);
            context.Debug($"{publication.Outcome}: {file.Name}, {publication.PlainSize} to {publication.StoredSize} bytes.");
        }

        return publication;
    }

    private async Task<(long Plain, long Stored)> PublishPartialsAsync(
        IReadOnlyList<WalFile> files, Lsn? received, ConcurrentBag<WalSyncFailure> failures, CancellationToken cancellationToken)
    {
        var plain = 0L;
        var stored = 0L;
        var complete = files.Where(file => file.Name.Kind == WalFileKind.Segment).Select(file => file.Name.Segment).ToHashSet();
        foreach (var file in files.Where(file => file.Name.Kind == WalFileKind.Partial && !complete.Contains(file.Name.Segment)))
        {
            var publication = await TryAsync(file, failures, () => partials.PublishAsync(file, cancellationToken));
            if (publication is null || await archive.DescribeAsync(cancellationToken) is not { } descriptor)
            {
                continue;
            }

            // The log's last record may end in zeros, which the file alone cannot tell from what follows.
            var geometry = descriptor.Geometry;
            var flushed = received is { } lsn && lsn >= geometry.StartOf(file.Name.Segment) && lsn <= geometry.EndOf(file.Name.Segment) ? lsn : publication.End;
            position.AddPartial(geometry, file.Name.Segment, flushed > publication.End ? flushed : publication.End);
            if (ReceiverSpool.SlotIn(spool.Folder) is null)
            {
                // Nobody goes on writing it: the server archived it as what a promotion left of a timeline.
                spool.Remove(file);
            }

            plain += publication.Changed ? publication.End - geometry.StartOf(file.Name.Segment) : 0;
            stored += publication.StoredSize;
        }

        return (plain, stored);
    }

    /// <summary>Removes from the spool what the archive has. In a receiver's spool the newest segment stays, from which it goes on.</summary>
    private void Clear(List<WalFile> complete, ConcurrentBag<WalPublication> done)
    {
        var keep = ReceiverSpool.SlotIn(spool.Folder) is null ? null : complete.Where(file => file.Name.Kind == WalFileKind.Segment).MaxBy(file => file.Name.Segment);
        var stored = done.Where(item => item.Outcome != WalPublicationOutcome.TakenByOther).Select(item => item.Name).ToHashSet();
        foreach (var file in complete.Where(file => stored.Contains(file.Name) || memory.IsSettled(file)))
        {
            if (file == keep)
            {
                memory.Settle(file);
            }
            else
            {
                spool.Remove(file);
                memory.Forget(file);
            }
        }
    }
}
