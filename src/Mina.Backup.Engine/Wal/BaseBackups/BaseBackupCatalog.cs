using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>The base backups of one archive: finds, lists and removes them by their manifests. Nothing is decrypted.</summary>
public sealed class BaseBackupCatalog
{
    private readonly IBackupStore store;

    /// <summary>Opens the catalog of a place.</summary>
    public BaseBackupCatalog(IBackupStore store) => this.store = store;

    // The base backups of an archive lie in a place below it.
    private static string ArchiveOf(IBackupStore store) => store.Location[..store.Location.LastIndexOfAny(['/', '\\'])];

    /// <summary>All base backups, newest first, those with an unusable manifest included.</summary>
    public async Task<IReadOnlyList<BaseBackupInfo>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var content = await ReadContentAsync(cancellationToken);
        var listed = content.Manifests.Values.Select(manifest => Describe(manifest, content, now))
            .Concat(content.Unreadable.Select(entry => Unreadable(entry.Item, entry.Name, entry.Problem, now)));
        return [.. listed.OrderByDescending(backup => backup.CreatedAt).ThenByDescending(backup => backup.Name, StringComparer.Ordinal)];
    }

    /// <summary>
    /// The manifests of the base backups that can be used: readable, all files there with the right size, and the same of everything that they
    /// build on. Newest end first.
    /// </summary>
    public async Task<IReadOnlyList<BaseBackupManifest>> ReadUsableAsync(CancellationToken cancellationToken)
    {
        // Get-MinaBaseBackup tells of the others; another one may do.
        var content = await ReadContentAsync(cancellationToken);
        return
        [
            .. content.Manifests.Values
                .Where(manifest => content.FindProblem(manifest) is null && content.Chains.Of(manifest).BrokenAt is null)
                .OrderByDescending(manifest => manifest.EndedAt).ThenByDescending(manifest => manifest.StopLsn),
        ];
    }

    /// <summary>A base backup with everything that it builds on.</summary>
    internal async Task<BaseChain> ReadChainAsync(BaseBackupManifest manifest, CancellationToken cancellationToken) =>
        manifest.Parent is null ? new BaseChain([manifest]) : (await ReadContentAsync(cancellationToken)).Chains.Of(manifest);

    /// <summary>One base backup's manifest.</summary>
    /// <exception cref="CatalogException"><c>BaseBackupNotFound</c>.</exception>
    /// <exception cref="IntegrityException">Its manifest cannot be used.</exception>
    public async Task<BaseBackupManifest> FindAsync(string name, CancellationToken cancellationToken)
    {
        var item = BaseBackupNames.IsName(name) ? await store.FindAsync(BaseBackupNames.ManifestFile(name), cancellationToken) : null;
        return item is not null
            ? await ReadAsync(item, name, cancellationToken)
            : throw new CatalogException(ErrorCatalog.BaseBackupNotFound, $"There is no base backup {name} in {store.Location}.", new ErrorContext { Target = name });
    }

    /// <summary>Records the outcome of a verification in the manifest.</summary>
    public async Task RecordAsync(BaseBackupManifest manifest, BaseBackupVerification verification, CancellationToken cancellationToken)
    {
        // What it builds on has a record of its own, and may come back.
        var failure = verification.Checks.FirstOrDefault(check => check is { Outcome: CheckOutcome.Failed, Check: not BaseBackupCheckKind.Chain });
        var changed = manifest with { Verification = new ManifestVerification(verification.CheckedAt, failure is null, failure?.Detail) };
        await store.PutAsync(BaseBackupNames.ManifestFile(manifest.Name), BaseManifestSerializer.Write(changed), replace: true, cancellationToken);
    }

    /// <summary>Removes a base backup, its manifest first, and returns the bytes freed; 0 when there was none.</summary>
    public async Task<long> RemoveAsync(string name, CancellationToken cancellationToken)
    {
        long freed = 0;
        var files = new List<StoredObject>();
        await foreach (var item in store.ListAsync(name + ".", cancellationToken))
        {
            files.Add(item);
        }

        foreach (var item in files.Where(item => BaseBackupNames.Belongs(item.Name, name)).OrderByDescending(item => item.Name == BaseBackupNames.ManifestFile(name)))
        {
            freed += await store.DeleteAsync(item.Name, cancellationToken) ? item.Size : 0;
        }

        return freed;
    }

    /// <summary>A base backup as it is listed.</summary>
    internal static BaseBackupInfo Describe(IBackupStore store, BaseBackupManifest manifest, DateTimeOffset now) => new()
    {
        Name = manifest.Name,
        Kind = manifest.Kind,
        Parent = manifest.Parent?.Name,
        Chain = [manifest.Name],
        Location = store.Location,
        ArchivePath = ArchiveOf(store),
        Path = store.GetAddress(manifest.Archives[0].File.Name),
        CreatedAt = manifest.StartedAt,
        EndedAt = manifest.EndedAt,
        Age = now - manifest.StartedAt,
        Duration = manifest.Duration,
        StartLsn = manifest.StartLsn,
        StopLsn = manifest.StopLsn,
        Timeline = manifest.Timeline,
        StartSegment = manifest.StartSegment,
        SystemIdentifier = manifest.SystemIdentifier,
        Server = manifest.Server,
        ServerVersion = manifest.ServerVersion,
        Databases = manifest.Databases,
        Tablespaces = [.. manifest.Archives.Select(archive => archive.Path).OfType<string>()],
        Size = manifest.StoredSize,
        PlainSize = manifest.PlainSize,
        Files = manifest.Files,
        Encryption = manifest.Encryption,
        State = manifest.Verification switch
        {
            null => BackupState.NotVerified,
            { Passed: true } => BackupState.Verified,
            _ => BackupState.Failed,
        },
        VerifiedAt = manifest.Verification?.At,
        Problem = manifest.Verification?.Problem,
    };

    private BaseBackupInfo Describe(BaseBackupManifest manifest, Content content, DateTimeOffset now)
    {
        var chain = content.Chains.Of(manifest);
        var info = Describe(store, manifest, now) with { Chain = chain.Names };
        return FindMissing(manifest, content.Objects) is { } missing ? info with { State = BackupState.DataMissing, Problem = missing }
            : info.State != BackupState.Failed && chain.Describe() is { } broken ? info with { State = BackupState.ChainBroken, Problem = broken }
            : info;
    }

    private BaseBackupInfo Unreadable(StoredObject item, string name, IntegrityException problem, DateTimeOffset now) => new()
    {
        Name = name,
        Location = store.Location,
        ArchivePath = ArchiveOf(store),
        Path = store.GetAddress(item.Name),
        CreatedAt = BackupNames.TimeOf(name) ?? item.ModifiedAt,
        Age = now - (BackupNames.TimeOf(name) ?? item.ModifiedAt),
        Size = 0,
        Encryption = BackupEncryption.Unknown,
        State = BackupState.ManifestUnreadable,
        Problem = problem.Message,
    };

    private static string? FindMissing(BaseBackupManifest manifest, Dictionary<string, StoredObject> objects)
    {
        foreach (var file in manifest.Archives.Select(archive => archive.File).Append(manifest.Index))
        {
            if (!objects.TryGetValue(file.Name, out var found))
            {
                return $"The file {file.Name} is not there.";
            }

            if (found.Size != file.Size)
            {
                return FormattableString.Invariant($"The file {file.Name} has {found.Size} bytes; the manifest says {file.Size}.");
            }
        }

        return null;
    }

    private async Task<Content> ReadContentAsync(CancellationToken cancellationToken)
    {
        var content = new Content();
        await foreach (var item in store.ListAsync(BaseBackupNames.Prefix, cancellationToken))
        {
            content.Objects[item.Name] = item;
        }

        foreach (var item in content.Objects.Values)
        {
            if (!BaseBackupNames.TryParseManifest(item.Name, out var name))
            {
                continue;
            }

            try
            {
                content.Manifests[name] = await ReadAsync(item, name, cancellationToken);
            }
            catch (IntegrityException problem)
            {
                content.Unreadable.Add((item, name, problem));
            }
            catch (StorageException e) when (e.Definition == ErrorCatalog.ObjectNotFound)
            {
                // Removed since the place was listed.
            }
        }

        return content;
    }

    private async Task<BaseBackupManifest> ReadAsync(StoredObject item, string name, CancellationToken cancellationToken)
    {
        if (item.Size > ManifestSerializer.GreatestSize)
        {
            throw ManifestSerializer.Unreadable(name, "it is too large for a manifest");
        }

        await using var stream = await store.OpenReadAsync(item.Name, cancellationToken);
        using var content = new MemoryStream((int)item.Size);
        await stream.CopyToAsync(content, cancellationToken);
        return BaseManifestSerializer.Read(content.GetBuffer().AsSpan(0, (int)content.Length), name);
    }

    /// <summary>What the place holds at one moment.</summary>
    private sealed class Content
    {
        public Content() => Chains = new BaseChains(Manifests, FindProblem);

        public Dictionary<string, StoredObject> Objects { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, BaseBackupManifest> Manifests { get; } = new(StringComparer.Ordinal);

        public List<(StoredObject Item, string Name, IntegrityException Problem)> Unreadable { get; } = [];

        public BaseChains Chains { get; }

        /// <summary>Why a base backup cannot be used, as far as that is known without reading it.</summary>
        public string? FindProblem(BaseBackupManifest manifest) => FindMissing(manifest, Objects)
            ?? (manifest.Verification is { Passed: false } failed ? $"it failed its verification: {failed.Problem}" : null);
    }
}
