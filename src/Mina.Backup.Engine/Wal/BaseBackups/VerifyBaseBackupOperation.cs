using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>Verifies a stored base backup, with the WAL that makes it consistent, and records the outcome in its manifest.</summary>
public sealed class VerifyBaseBackupOperation
{
    private readonly IBackupStoreFactory stores;

    /// <summary>Creates the operation.</summary>
    public VerifyBaseBackupOperation(IBackupStoreFactory stores) => this.stores = stores;

    /// <summary>Runs it.</summary>
    /// <exception cref="MinaException">The base backup was not found, its manifest cannot be used, or the keys do not open it.</exception>
    public async Task<BaseBackupVerification> RunAsync(VerifyBaseBackupRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var place = WalArchivePlace.Resolve(request.Archive, request.Spool, context.Environment);
        using var keys = KeyRing.Create(request.Keys, context.Environment);
        var store = stores.Open(place.BaseLocation);
        var catalog = new BaseBackupCatalog(store);
        var manifest = await catalog.FindAsync(request.Name, cancellationToken);
        var archive = WalArchive.Open(place, stores, keys);
        var verification = await new BaseBackupVerifier(store, keys, context).RunAsync(
            manifest,
            () => FindWalProblemAsync(archive, manifest, cancellationToken),
            await catalog.ReadChainAsync(manifest, cancellationToken),
            $"Verifying {manifest.Name}",
            cancellationToken);
        await catalog.RecordAsync(manifest, verification, cancellationToken);
        context.Verbose($"Verification of {manifest.Name}: {verification.Outcome}. {verification.FirstFailure?.Detail}".TrimEnd());
        return verification;
    }

    private static async Task<string?> FindWalProblemAsync(WalArchive archive, BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            var listing = await archive.ListAsync(cancellationToken);
            var history = await archive.ReadHistoryAsync(manifest.Timeline, cancellationToken);
            var route = listing.Route(history, manifest.StartLsn, manifest.StopLsn);
            return route.Broken ? $"The segment {route.Next}, without which it is not consistent, is neither in the archive nor in its spool." : null;
        }
        catch (MinaException e) when (e is CatalogException or IntegrityException)
        {
            return e.Message;
        }
    }
}
