using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Makes a full backup: three pg_dump sections under one snapshot into one file, verified by reading it back, with its index, its companion of
/// roles and tablespaces, and, last of all, its manifest. A failed or canceled run leaves nothing but its log.
/// </summary>
public sealed class BackupOperation
{
    private readonly IBackupStoreFactory stores;
    private readonly ClientTools tools;
    private readonly BackupVerifier verifier;

    /// <summary>Creates the operation.</summary>
    public BackupOperation(IBackupStoreFactory stores, ClientTools tools, BackupVerifier verifier)
    {
        this.stores = stores;
        this.tools = tools;
        this.verifier = verifier;
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="MinaException">The backup could not be made or did not verify; nothing of it remains.</exception>
    public async Task<BackupResult> RunAsync(BackupRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var target = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.SourceNotGiven);
        context.Log.Redact(target.Password?.Reveal() ?? "");
        target = PoolerDetection.ToDirectAddress(target, context);
        request = request with { CompressionLevel = MemberCodec.For(request.Compression).LevelFor(request.CompressionLevel) };
        var protection = new ProtectionResolver(context.Environment).Resolve(request.Protection);
        if (protection.Encryption == BackupEncryption.None && !request.Protection.NoEncryption)
        {
            context.Warning("The backup is not encrypted: no passphrase or recipient was given. Set GPG_BACKUP_PASSPHRASE or give -Recipient to encrypt it, or -NoEncryption to silence this.");
        }

        var location = request.Location ?? (protection.Encryption == BackupEncryption.None
            ? context.Environment.PlainBackupDirectory
            : context.Environment.EncryptedBackupDirectory);
        using var keys = KeyRing.Create(new KeyRequest { Passphrase = request.Protection.Passphrase, PassphraseFile = request.Protection.PassphraseFile }, context.Environment);
        keys.HideIn(context.Log);
        var store = stores.Open(location);
        foreach (var abandoned in await store.SweepAbandonedAsync(BackupNames.IsOwn, cancellationToken))
        {
            context.Verbose($"Removed {abandoned}, left behind by a run that was killed.");
        }

        var connector = new PostgresConnector(target);
        var server = await ReadServerAsync(connector, cancellationToken);
        context.Verbose($"Backing up {target} (PostgreSQL {server.Version}) into {store.Location}.");
        var run = new BackupRun(request, context, target, server, store, protection, keys);
        await using var set = await BackupFileSet.ReserveAsync(store, request.Compression, protection.Encryption != BackupEncryption.None, context, cancellationToken);
        try
        {
            return await new BackupWriter(run, tools, verifier, connector).WriteAsync(set, cancellationToken);
        }
        catch (Exception e) when (PostgresErrors.IsServers(e))
        {
            throw PostgresErrors.Translate(e, "backing up the database", target.ToString());
        }
    }

    private static async Task<ServerInfo> ReadServerAsync(PostgresConnector connector, CancellationToken cancellationToken)
    {
        // Pinned, as the size of a large database takes longer than some databases' statement timeout.
        await using var connection = await connector.OpenPinnedAsync(cancellationToken);
        try
        {
            var server = await ServerInfo.ReadAsync(connection, cancellationToken);
            PoolerDetection.EnsureDirectSession(connection, server, connector.Target);
            return server;
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Translate(e, "asking for its version", connector.Target.ToString());
        }
    }
}
