using System.Text;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Catalog;

/// <summary>A folder of backups on this machine's disk, removed when disposed.</summary>
internal sealed class SamplePlace : IDisposable
{
    public const string Name = "mina_db_backup_20261124_110000";

    public SamplePlace()
    {
        Root = Directory.CreateTempSubdirectory("mina-catalog-").FullName;
        Environment = new HostEnvironment
        {
            Variable = _ => null,
            HomeDirectory = Root,
            TempDirectory = Root,
            StateDirectory = Path.Combine(Root, "state"),
        };
        Stores = new BackupStoreFactory(Environment);
        Folder = Environment.EncryptedBackupDirectory;
        Store = Stores.Open(Folder);
        Context = SampleContext.Create(Environment, out var observed);
        Observed = observed;
        Catalog = new BackupCatalog(Stores, Environment, Context.Clock);
    }

    public string Root { get; }

    public string Folder { get; }

    public HostEnvironment Environment { get; }

    public BackupStoreFactory Stores { get; }

    public IBackupStore Store { get; }

    public RunContext Context { get; }

    public SampleContext Observed { get; }

    public BackupCatalog Catalog { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string PathOf(string fileName) => Path.Combine(Folder, fileName);

    public Task WriteRawAsync(string fileName, byte[] content) =>
        Store.PutAsync(fileName, content, replace: true, Cancellation).AsTask();

    public Task WriteManifestAsync(BackupManifest manifest) =>
        WriteRawAsync(BackupNames.ManifestFile(manifest.Name), ManifestSerializer.Write(manifest));

    /// <summary>A data file of seven bytes with a manifest that fits its size.</summary>
    public async Task<BackupManifest> WriteListedAsync(string name, bool encrypted = false, bool? verified = null)
    {
        var manifest = CatalogSamples.Manifest(name, encrypted) with
        {
            Verification = verified is { } passed ? new ManifestVerification(CatalogSamples.Noon, passed, passed ? null : "Rows: differ.") : null,
        };
        await WriteRawAsync(manifest.Data.Name, new byte[7]);
        await WriteManifestAsync(manifest);
        return manifest;
    }

    /// <summary>A whole backup as a run writes it.</summary>
    public async Task<(BackupManifest Manifest, BackupIndex Index)> WriteBackupAsync(
        MessageProtection? protection = null,
        KeyRing? keys = null,
        string data = SampleDump.Data,
        string postData = SampleDump.PostData,
        Func<BackupIndex, BackupIndex>? alter = null,
        BackupCompression compression = BackupCompression.Gzip)
    {
        using var ownKeys = KeyRing.Create(new KeyRequest(), Environment);
        var options = new ContainerWriterOptions { Protection = protection ?? MessageProtection.None, Keys = keys ?? ownKeys, Workers = 2, Compression = compression };
        var encrypted = options.Protection.Encryption != BackupEncryption.None;
        var (index, totals) = await WriteDataAsync(options, encrypted, [SampleDump.PreData, data, postData], alter ?? (same => same));
        var globals = await WriteContainerAsync(BackupNames.GlobalsFile(Name, compression, encrypted), options, [Encoding.UTF8.GetBytes(SampleDump.Globals)]);
        var manifest = CatalogSamples.Manifest(Name, encrypted) with
        {
            Compression = compression,
            Encryption = options.Protection.Encryption,
            RecipientKeyId = options.Protection.RecipientKeyId,
            CreatedAt = index.Header.CreatedAt,
            PlainSize = totals.PlainLength,
            Tables = index.Tables.Count,
            Rows = index.Tables.Sum(table => table.Rows),
            Data = new ManifestFile(BackupNames.DataFile(Name, compression, encrypted), totals.StoredLength, totals.Sha256),
            Index = await IndexFile.ReplaceAsync(Store, index, options, Cancellation),
            Globals = new ManifestFile(BackupNames.GlobalsFile(Name, compression, encrypted), globals.StoredLength, globals.Sha256),
        };
        await WriteManifestAsync(manifest);
        return (manifest, index);
    }

    public async Task<BackupVerification> VerifyAsync(KeyRequest? keys = null, string name = Name) =>
        await new VerifyOperation(Catalog, new BackupVerifier(Context.Clock))
            .RunAsync(new VerifyRequest { Backup = new BackupReference(name), Keys = keys ?? new KeyRequest() }, Context, Cancellation);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private async Task<(BackupIndex Index, ContainerTotals Totals)> WriteDataAsync(
        ContainerWriterOptions options,
        bool encrypted,
        string[] sections,
        Func<BackupIndex, BackupIndex> alter)
    {
        var cutter = new SampleCutter();
        var scanner = new ScriptScanner(cutter);
        for (var section = 0; section < sections.Length; section++)
        {
            cutter.Flush();
            cutter.Section = (DumpSection)section;
            scanner.Append(Encoding.UTF8.GetBytes(sections[section]));
        }

        cutter.Flush();
        var summary = scanner.Complete();
        var sample = CatalogSamples.Index(Name);
        var index = alter(sample with
        {
            Header = sample.Header with { Server = "localhost:5432", Database = sample.Header.Database with { Name = "mina" } },
            Tables = [.. summary.Tables.Select(table => new IndexTable
            {
                Name = table.Name,
                Columns = table.Columns,
                Rows = table.Rows,
                Bytes = table.Bytes,
                Fingerprint = table.Fingerprint,
            })],
            LargeObjects = summary.LargeObjects,
            Sequences = summary.Sequences,
            Members = [],
        });
        cutter.Blocks.Add(([.. IndexSerializer.WriteProof(index).SelectMany(line => line.ToArray())], DumpSection.Proof, null, 0));
        var totals = await WriteContainerAsync(BackupNames.DataFile(Name, options.Compression, encrypted), options, cutter.Blocks.Select(block => block.Bytes));
        var names = index.Tables.Select(table => table.Name).ToList();
        var members = cutter.Blocks.Zip(totals.Members, (block, location) => new IndexMember
        {
            Section = block.Section,
            Table = block.Run is { } run ? names.IndexOf(run.Table) : null,
            Run = block.Run?.Number,
            Offset = location.Offset,
            Length = location.Length,
            PlainLength = location.PlainLength,
            Rows = block.Rows,
            Sha256 = location.Sha256,
        });
        return (index with { Members = [.. members] }, totals);
    }

    private async Task<ContainerTotals> WriteContainerAsync(string fileName, ContainerWriterOptions options, IEnumerable<byte[]> blocks)
    {
        await using var staged = await Store.StageAsync(fileName, Cancellation);
        await using var writer = new ContainerWriter(staged.Content, options);
        foreach (var bytes in blocks)
        {
            await writer.WriteAsync(SampleCutter.ToBlock(bytes), Cancellation);
        }

        var totals = await writer.CompleteAsync(Cancellation);
        await staged.CommitAsync(Cancellation);
        return totals;
    }
}
