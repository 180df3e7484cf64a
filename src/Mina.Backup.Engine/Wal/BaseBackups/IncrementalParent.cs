using System.Globalization;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>What an incremental base backup builds on.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="ServerManifest">The server's own manifest out of it: the server compares with that.</param>
internal sealed record IncrementalParent(BaseBackupManifest Manifest, byte[] ServerManifest)
{
    /// <summary>How the new base backup names it.</summary>
    public BaseBackupParent Reference => new(Manifest.Name, Manifest.StartLsn);
}

/// <summary>
/// Chooses what an incremental base backup builds on, and refuses what would yield one that cannot be used: a server that cannot make any, a parent of
/// another cluster or timeline, one that is damaged.
/// </summary>
internal sealed class IncrementalParents(BaseBackupCatalog catalog, IBackupStore store, KeyRing keys, ServerManifestCopies copies, string server)
{
    /// <summary>The first major version that makes incremental base backups.</summary>
    public const int OldestMajor = 17;

    /// <summary>Refuses servers that cannot make an incremental base backup.</summary>
    /// <exception cref="ServerException"><c>IncrementalNotSupported</c>, <c>WalSummariesOff</c>.</exception>
    public async Task CheckAsync(BaseServerFacts facts, NpgsqlConnection session, CancellationToken cancellationToken)
    {
        var context = new ErrorContext { Target = server };
        if (facts.VersionNumber / 10000 < OldestMajor)
        {
            throw new ServerException(ErrorCatalog.IncrementalNotSupported, $"{server} is PostgreSQL {facts.Version}, which makes full base backups only.", context);
        }

        await using var command = new NpgsqlCommand("SELECT pg_catalog.current_setting('summarize_wal')", session);
        if (await command.ExecuteScalarAsync(cancellationToken) is not "on")
        {
            throw new ServerException(ErrorCatalog.WalSummariesOff, $"At {server} summarize_wal is off: it does not note which blocks change.", context);
        }
    }

    /// <summary>The one given, or the newest sound one on the server's own way.</summary>
    /// <exception cref="CatalogException"><c>BaseBackupNotFound</c>, <c>NoIncrementalParent</c>, <c>IncrementalParentUnusable</c>.</exception>
    /// <exception cref="IntegrityException">It is damaged.</exception>
    /// <exception cref="EncryptionException">The keys do not open it.</exception>
    public async Task<IncrementalParent> ChooseAsync(string? name, BaseServerFacts facts, TimelineHistory history, CancellationToken cancellationToken)
    {
        var manifest = name is null ? await FindNewestAsync(facts, history, cancellationToken) : await FindAsync(name, facts, history, cancellationToken);
        return new IncrementalParent(manifest, await ReadServerManifestAsync(manifest, cancellationToken));
    }

    private async Task<BaseBackupManifest> FindNewestAsync(BaseServerFacts facts, TimelineHistory history, CancellationToken cancellationToken)
    {
        var usable = await catalog.ReadUsableAsync(cancellationToken);
        return usable.Where(manifest => FindMismatch(manifest, facts, history) is null).MaxBy(manifest => manifest.StopLsn)
            ?? throw new CatalogException(
                ErrorCatalog.NoIncrementalParent,
                string.Create(CultureInfo.InvariantCulture, $"{store.Location} has no sound base backup of {server} on the way to its timeline {history.Timeline}."),
                new ErrorContext { Target = server });
    }

    private async Task<BaseBackupManifest> FindAsync(string name, BaseServerFacts facts, TimelineHistory history, CancellationToken cancellationToken)
    {
        var manifest = await catalog.FindAsync(name, cancellationToken);
        var listed = (await catalog.ListAsync(manifest.EndedAt, cancellationToken)).First(backup => backup.Name == name);
        var problem = listed.State is BackupState.Verified or BackupState.NotVerified ? FindMismatch(manifest, facts, history) : listed.Problem;
        return problem is null
            ? manifest
            : throw new CatalogException(ErrorCatalog.IncrementalParentUnusable, $"Nothing can build on the base backup {name}: {problem}", new ErrorContext { Target = name });
    }

    private static string? FindMismatch(BaseBackupManifest manifest, BaseServerFacts facts, TimelineHistory history) => manifest switch
    {
        _ when manifest.SystemIdentifier != facts.SystemIdentifier => $"it is of the cluster {manifest.SystemIdentifier}, and the server's is {facts.SystemIdentifier}.",
        _ when manifest.Major != facts.VersionNumber / 10000 => $"it is of PostgreSQL {manifest.ServerVersion}, and the server is {facts.Version}.",
        _ when !history.Contains(manifest.Timeline, manifest.StopLsn) => string.Create(
            CultureInfo.InvariantCulture, $"it ended at {manifest.StopLsn} of timeline {manifest.Timeline}, which is not on the way to the server's timeline {history.Timeline}."),
        _ => null,
    };

    // It is the last entry of the data directory's tar: the index says where, so that a few members are read and not the whole.
    private async Task<byte[]> ReadServerManifestAsync(BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            var content = (manifest.Encryption == BackupEncryption.Recipient ? copies.Find(manifest.Name) : null) ?? await ReadAsync(manifest, cancellationToken);
            return ServerManifest.Parse(content).StartLsn == manifest.StartLsn
                ? content
                : throw new InvalidDataException($"its {ServerManifest.FileName} is that of another base backup.");
        }
        catch (InvalidDataException e)
        {
            throw new CatalogException(ErrorCatalog.IncrementalParentUnusable, $"Nothing can build on the base backup {manifest.Name}: {e.Message}", new ErrorContext { Target = manifest.Name }, e);
        }
        catch (EncryptionException e)
        {
            throw new EncryptionException(
                e.Definition,
                $"An incremental base backup needs the server's manifest out of the one that it builds on, {manifest.Name}, which does not open: {e.Message}",
                new ErrorContext { Target = manifest.Name, Action = "Give what opens it, or make a full base backup; one that is made on this machine can be built on here without the recipient's secret key." },
                e);
        }
    }

    private async Task<byte[]> ReadAsync(BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        var index = (await BaseIndexFile.ReadAsync(store, manifest, keys, cancellationToken)).Archives[0];
        var entry = index.Entries.FirstOrDefault(entry => entry is { Name: ServerManifest.FileName, Kind: TarEntryKind.File })
            ?? throw new InvalidDataException($"its {ServerManifest.FileName} is missing.");
        await using var reader = await MemberReader.OpenAsync(store, manifest.Archives[0].File.Name, keys, cancellationToken);
        var content = new byte[entry.Size];
        long start = 0;
        foreach (var member in index.Members)
        {
            var end = start + member.PlainLength;
            var (from, to) = (Math.Max(start, entry.Offset), Math.Min(end, entry.Offset + entry.Size));
            if (to > from)
            {
                using var block = await reader.ReadAsync(member, cancellationToken);
                block.Span[(int)(from - start)..(int)(to - start)].CopyTo(content.AsSpan((int)(from - entry.Offset)));
            }

            start = end;
        }

        return content;
    }
}
