using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Turns files that share a name into listed backups by reading the manifest, if there is one.</summary>
internal sealed class CatalogEntryReader
{
    private readonly DateTimeOffset now;

    /// <summary>Creates a reader; ages count to <paramref name="now"/>.</summary>
    public CatalogEntryReader(DateTimeOffset now) => this.now = now;

    /// <summary>The backups of one group: one per data file, or one whose data file is missing.</summary>
    public async Task<IReadOnlyList<CatalogEntry>> ReadAsync(CatalogGroup group, CancellationToken cancellationToken)
    {
        if (group.Manifest is not { } file)
        {
            return [.. group.Data.Select(data => WithCompanions(Foreign(group.Store, data, group.Name), group))];
        }

        BackupManifest manifest;
        try
        {
            manifest = await ReadManifestAsync(group.Store, file, group.Name, cancellationToken);
        }
        catch (StorageException error) when (error.Definition == ErrorCatalog.ObjectNotFound)
        {
            // Removed since the place was listed, which begins with the manifest: what is left of it is not a backup any more.
            return [];
        }
        catch (StorageException error)
        {
            return Unreadable(group, file, ManifestSerializer.Unreadable(group.Name, error.Message, error));
        }
        catch (IntegrityException error)
        {
            return Unreadable(group, file, error);
        }

        return Describe(group, file, manifest);
    }

    /// <summary>A data file without a manifest.</summary>
    public CatalogEntry Foreign(IBackupStore store, StoredObject data, string name)
    {
        var createdAt = BackupNames.TimeOf(name) ?? data.ModifiedAt.ToUniversalTime();
        return new CatalogEntry
        {
            Store = store,
            IsDataMissing = false,
            Info = new BackupInfo
            {
                Name = name,
                Location = store.Location,
                FileName = data.Name,
                Path = store.GetAddress(data.Name),
                CreatedAt = createdAt,
                Age = now - createdAt,
                Size = data.Size,
                Encryption = IsEncrypted(data.Name) ? BackupEncryption.Unknown : BackupEncryption.None,
                Compression = CompressionOf(data.Name),
                Format = BackupFormat.Script,
                State = BackupState.NotVerified,
            },
        };
    }

    /// <summary>Reads and validates one manifest.</summary>
    public static async Task<BackupManifest> ReadManifestAsync(
        IBackupStore store,
        StoredObject file,
        string name,
        CancellationToken cancellationToken)
    {
        if (file.Size > ManifestSerializer.GreatestSize)
        {
            throw ManifestSerializer.Unreadable(name, "it is too large for a manifest");
        }

        return ManifestSerializer.Read(await store.ReadAsync(file.Name, cancellationToken), name);
    }

    private List<CatalogEntry> Describe(CatalogGroup group, StoredObject file, BackupManifest manifest)
    {
        var data = group.Data.Find(item => item.Name == manifest.Data.Name);
        var entries = new List<CatalogEntry>
        {
            new()
            {
                Store = group.Store,
                IsDataMissing = data is null,
                Info = Describe(group, manifest, data),
                Manifest = manifest,
                ManifestFileName = file.Name,
                IndexFileName = group.Companions.ContainsKey(manifest.Index.Name) ? manifest.Index.Name : null,
                GlobalsFileName = manifest.Globals is { } globals && group.Companions.ContainsKey(globals.Name) ? globals.Name : null,
            },
        };
        entries.AddRange(group.Data.Where(item => item != data).Select(item => Foreign(group.Store, item, group.Name)));
        return entries;
    }

    private BackupInfo Describe(CatalogGroup group, BackupManifest manifest, StoredObject? data)
    {
        var (state, problem) = Judge(manifest, data);
        return new BackupInfo
        {
            Name = manifest.Name,
            Location = group.Store.Location,
            FileName = manifest.Data.Name,
            Path = group.Store.GetAddress(manifest.Data.Name),
            Database = manifest.Database,
            Server = manifest.Server,
            ServerVersion = manifest.ServerVersion,
            CreatedAt = manifest.CreatedAt,
            Age = now - manifest.CreatedAt,
            Duration = manifest.Duration,
            Size = data?.Size ?? manifest.Data.Size,
            PlainSize = manifest.PlainSize,
            Encryption = manifest.Encryption,
            Compression = manifest.Compression,
            Format = BackupFormat.Mina,
            State = state,
            VerifiedAt = manifest.Verification?.At,
            Tables = manifest.Tables,
            Rows = manifest.Rows,
            HasGlobals = manifest.Globals is { } globals && group.Companions.ContainsKey(globals.Name),
            Sha256 = manifest.Data.Sha256,
            Problem = problem,
        };
    }

    // A size that differs costs nothing to notice, and makes whatever was verified before worthless.
    private static (BackupState State, string? Problem) Judge(BackupManifest manifest, StoredObject? data) => (data, manifest.Verification) switch
    {
        (null, _) => (BackupState.DataMissing, $"The data file {manifest.Data.Name} is not there."),
        ({ Size: var size }, _) when size != manifest.Data.Size => (
            BackupState.Failed,
            FormattableString.Invariant($"The data file has {size} bytes; the manifest says {manifest.Data.Size}.")),
        (_, null) => (BackupState.NotVerified, null),
        (_, { Passed: true }) => (BackupState.Verified, null),
        (_, { } verification) => (BackupState.Failed, verification.Problem),
    };

    private List<CatalogEntry> Unreadable(CatalogGroup group, StoredObject file, IntegrityException problem)
    {
        if (group.Data.Count > 0)
        {
            return
            [
                .. group.Data
                    .Select(data => WithCompanions(Foreign(group.Store, data, group.Name), group))
                    .Select(entry => WithProblem(entry, file, problem)),
            ];
        }

        // Nothing but a manifest that cannot be used: shown under the manifest's own name, as nothing says what the data file's was.
        var alone = WithCompanions(Foreign(group.Store, file, group.Name), group);
        alone = alone with { Info = alone.Info with { Size = 0, Encryption = BackupEncryption.Unknown } };
        return [WithProblem(alone, file, problem) with { IsDataMissing = true }];
    }

    private static CatalogEntry WithProblem(CatalogEntry entry, StoredObject file, IntegrityException problem) => entry with
    {
        Info = entry.Info with { Format = BackupFormat.Mina, State = BackupState.ManifestUnreadable, Problem = problem.Message },
        ManifestFileName = file.Name,
        ManifestProblem = problem,
    };

    // Without a manifest the companions are those with the data file's own protection and compression. Another script may have compressed them
    // otherwise; then they belong to the only data file that they can belong to.
    private static CatalogEntry WithCompanions(CatalogEntry entry, CatalogGroup group)
    {
        var encrypted = IsEncrypted(entry.Info.FileName);
        var compression = CompressionOf(entry.Info.FileName);
        bool IsAnothers(BackupFileName item) => group.Data.Exists(data =>
            data.Name != entry.Info.FileName && IsEncrypted(data.Name) == encrypted && CompressionOf(data.Name) == item.Compression);
        string? Find(BackupFileKind kind) => group.Companions.Values
            .Where(item => item.Kind == kind && item.Encrypted == encrypted && !IsAnothers(item))
            .OrderByDescending(item => item.Compression == compression)
            .Select(item => item.FileName)
            .FirstOrDefault();

        var globals = Find(BackupFileKind.Globals);
        return entry with
        {
            Info = entry.Info with { HasGlobals = globals is not null },
            IndexFileName = Find(BackupFileKind.Index),
            GlobalsFileName = globals,
        };
    }

    private static BackupCompression? CompressionOf(string fileName) =>
        BackupNames.TryParse(fileName, out var parsed) && parsed.Kind != BackupFileKind.Manifest ? parsed.Compression : null;

    private static bool IsEncrypted(string fileName) => fileName.EndsWith(".gpg", StringComparison.Ordinal);
}
