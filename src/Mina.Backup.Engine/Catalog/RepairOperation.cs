using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Rebuilds manifest and index from the data file: the record at its end says what the file holds, the file itself where each member
/// stands. Nothing is written unless the content is what that record says. The index goes first, the manifest last.
/// </summary>
public sealed class RepairOperation
{
    private const string NotVerified = "The backup counts as not verified until Test-MinaBackup has read it.";

    private readonly BackupCatalog catalog;

    /// <summary>Creates the operation.</summary>
    public RepairOperation(BackupCatalog catalog) => this.catalog = catalog;

    /// <summary>Runs it.</summary>
    /// <exception cref="CatalogException"><c>BackupNotFound</c>, <c>BackupAmbiguous</c>.</exception>
    /// <exception cref="IntegrityException">The data file is damaged, or holds no record of its own content (<c>ProofMissing</c>).</exception>
    /// <exception cref="EncryptionException">What was given does not open the file.</exception>
    /// <exception cref="StorageException">The place cannot be read or written.</exception>
    public async Task<RepairResult> RunAsync(RepairRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var activity = $"Repairing {request.Backup.Name}";
        try
        {
            var entry = await catalog.ResolveAsync(request.Backup, cancellationToken);
            if (entry.IsDataMissing)
            {
                throw new StorageException(
                    ErrorCatalog.ObjectNotFound,
                    $"The data file of backup {entry.Info.Name} is not there, and everything is rebuilt from it.",
                    new ErrorContext { Target = entry.Info.Name });
            }

            using var keys = KeyRing.Create(request.Keys, context.Environment);
            keys.HideIn(context.Log);
            return !request.Force && await IsSoundAsync(entry, keys, context, cancellationToken) is { } index
                ? await KeepAsync(entry, index, keys, cancellationToken)
                : await RebuildAsync(entry, request, keys, new ReadingProgress(context, activity, entry.Info.PlainSize), context, cancellationToken);
        }
        finally
        {
            context.Observer.Progress(new RunProgress { Activity = activity, Stage = "Done", Completed = true });
        }
    }

    private static async Task<BackupIndex?> IsSoundAsync(
        CatalogEntry entry,
        KeyRing keys,
        RunContext context,
        CancellationToken cancellationToken)
    {
        if (entry.Manifest is not { } manifest || entry.Info.Size != manifest.Data.Size)
        {
            return null;
        }

        try
        {
            return await IndexFile.ReadAsync(entry.Store, manifest.Index.Name, manifest.Name, manifest.Index, keys, cancellationToken);
        }
        catch (IntegrityException error)
        {
            context.Verbose(error.Message);
            return null;
        }
    }

    // What index and manifest say of the data stands; the manifest must not name a companion that is not what it says.
    private async Task<RepairResult> KeepAsync(CatalogEntry entry, BackupIndex index, KeyRing keys, CancellationToken cancellationToken)
    {
        var result = new RepairResult
        {
            Backup = entry.Info,
            Written = [],
            Tables = index.Tables.Count,
            Rows = index.Tables.Sum(table => table.Rows),
            Notes = ["Manifest and index are sound; nothing was written."],
        };
        if (await FindGlobalsProblemAsync(VerificationSubject.Of(entry), keys, cancellationToken) is not { } problem)
        {
            return result;
        }

        var manifest = entry.Manifest! with { Globals = null, Verification = null };
        var manifestFile = BackupNames.ManifestFile(manifest.Name);
        await entry.Store.PutAsync(manifestFile, ManifestSerializer.Write(manifest), replace: true, cancellationToken);
        return result with
        {
            Backup = await ListedAsync(entry, cancellationToken),
            Written = [manifestFile],
            Notes = [.. DroppedCompanion(problem), NotVerified],
        };
    }

    private async Task<RepairResult> RebuildAsync(
        CatalogEntry entry,
        RepairRequest request,
        KeyRing keys,
        ReadingProgress progress,
        RunContext context,
        CancellationToken cancellationToken)
    {
        var rebuilt = await RebuiltRecord.ReadAsync(entry, keys, progress, cancellationToken);
        var notes = new List<string>();
        var globals = await ReadGlobalsAsync(entry, rebuilt, keys, notes, cancellationToken);

        var options = new ContainerWriterOptions
        {
            Protection = RepairProtection.Like(rebuilt.Content, request.Keys, context.Environment),
            Compression = rebuilt.Content.Compression,
            Keys = keys,
            LiteralName = BackupNames.IndexFile(entry.Info.Name, rebuilt.Content.Compression, encrypted: false),
        };
        if (entry.Manifest is null)
        {
            notes.Add("How long the backup took is not recorded in the file.");
        }

        notes.Add(NotVerified);
        var indexFile = await IndexFile.ReplaceAsync(entry.Store, rebuilt.Index, options, cancellationToken);
        var manifest = rebuilt.BuildManifest(entry, ProductVersion.Text, indexFile, globals);
        var manifestFile = BackupNames.ManifestFile(manifest.Name);
        await entry.Store.PutAsync(manifestFile, ManifestSerializer.Write(manifest), replace: true, cancellationToken);
        return new RepairResult
        {
            Backup = await ListedAsync(entry, cancellationToken),
            Written = [indexFile.Name, manifestFile],
            Tables = manifest.Tables,
            Rows = manifest.Rows,
            Notes = notes,
        };
    }

    private async Task<BackupInfo> ListedAsync(CatalogEntry entry, CancellationToken cancellationToken) =>
        (await catalog.ResolveAsync(new BackupReference(entry.Info.Name, entry.Info.Location, entry.Info.FileName), cancellationToken)).Info;

    private static IEnumerable<string> DroppedCompanion(string problem) =>
    [
        $"{problem} The manifest names it no more, and -RestoreGlobals cannot be used with this backup.",
        "Roles and tablespaces must be created by hand, or restored from the companion of another backup.",
    ];

    // The companion that the new manifest names: none, and a note, where there is none or it is not whole.
    private static async Task<ManifestFile?> ReadGlobalsAsync(
        CatalogEntry entry,
        RebuiltRecord rebuilt,
        KeyRing keys,
        List<string> notes,
        CancellationToken cancellationToken)
    {
        var name = BackupNames.GlobalsFile(entry.Info.Name, rebuilt.Content.Compression, rebuilt.IsEncrypted);
        if (await entry.Store.FindAsync(name, cancellationToken) is null)
        {
            notes.Add("No companion with roles and tablespaces was found beside the file.");
            return null;
        }

        // By its content alone: what a former manifest said of it may be as wrong as the rest.
        var subject = VerificationSubject.Of(entry) with { Manifest = null, GlobalsFileName = name };
        if (await FindGlobalsProblemAsync(subject, keys, cancellationToken) is { } problem)
        {
            notes.AddRange(DroppedCompanion(problem));
            return null;
        }

        var stored = await StoredFileCheck.ReadAsync(entry.Store, name, rebuilt.IsEncrypted, cancellationToken);
        return new ManifestFile(name, stored.Size, stored.Sha256);
    }

    private static async Task<string?> FindGlobalsProblemAsync(VerificationSubject subject, KeyRing keys, CancellationToken cancellationToken)
    {
        var checks = new CheckList();
        await new GlobalsCheck(subject, keys, checks).RunAsync(cancellationToken);
        return checks.All.FirstOrDefault(check => check is { Check: VerificationCheckKind.Globals, Outcome: CheckOutcome.Failed })?.Detail;
    }
}
