using System.Text;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>
/// Changes an unencrypted backup as somebody could who may write to its place and knows the format: what is written is well formed, members, offsets, hashes, index and manifest agree.
/// What the index records of the content stays unless it is changed, too.
/// </summary>
internal sealed record ForgedBackup
{
    /// <summary>Changes the text of a member, one character a byte.</summary>
    public Func<IndexMember, string, string> Text { get; init; } = (_, text) => text;

    /// <summary>Changes what the index records; the record at the file's end follows.</summary>
    public Func<BackupIndex, BackupIndex> Index { get; init; } = index => index;

    /// <summary>Whether the manifest says that the backup has passed a full verification.</summary>
    public bool Verified { get; init; } = true;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Rewrites a backup.</summary>
    public async Task WriteAsync(BackupInfo backup, HostEnvironment environment)
    {
        using var keys = KeyRing.Create(new KeyRequest(), environment);
        var store = new BackupStoreFactory(environment).Open(backup.Location);
        var manifest = ManifestSerializer.Read(await store.ReadAsync(BackupNames.ManifestFile(backup.Name), Cancel), backup.Name);
        var index = await IndexFile.ReadAsync(store, manifest.Index.Name, backup.Name, null, keys, Cancel);
        var forged = Index(index);
        var texts = await ReadAsync(store, manifest, index, keys);
        var options = new ContainerWriterOptions { Keys = keys, Compression = manifest.Compression };
        var dataFile = BackupNames.DataFile(backup.Name, manifest.Compression, encrypted: false);
        var totals = await WriteDataAsync(store, dataFile, options, index, forged, texts);
        forged = forged with
        {
            Members = [.. index.Members.Zip(totals.Members, (member, location) => member with
            {
                Offset = location.Offset, Length = location.Length, PlainLength = location.PlainLength, Sha256 = location.Sha256,
            })],
        };
        var changed = manifest with
        {
            PlainSize = totals.PlainLength,
            Data = new ManifestFile(dataFile, totals.StoredLength, totals.Sha256),
            Index = await IndexFile.ReplaceAsync(store, forged, options, Cancel),
            Verification = Verified ? new ManifestVerification(manifest.CreatedAt, Passed: true, Problem: null) : null,
        };
        await store.PutAsync(BackupNames.ManifestFile(backup.Name), ManifestSerializer.Write(changed), replace: true, Cancel);
    }

    /// <summary>Gives a backup's files, which stay, a second name, and the manifest whatever else it is to say.</summary>
    public static async Task CopyAsync(BackupInfo backup, string name, Func<BackupManifest, BackupManifest> change, HostEnvironment environment)
    {
        var store = new BackupStoreFactory(environment).Open(backup.Location);
        var manifest = ManifestSerializer.Read(await store.ReadAsync(BackupNames.ManifestFile(backup.Name), Cancel), backup.Name);
        ManifestFile Rename(ManifestFile file) => file with { Name = file.Name.Replace(backup.Name, name, StringComparison.Ordinal) };
        foreach (var file in new[] { manifest.Data, manifest.Index, manifest.Globals! })
        {
            await store.PutAsync(Rename(file).Name, await store.ReadAsync(file.Name, Cancel), replace: true, Cancel);
        }

        var changed = change(manifest with { Name = name, Data = Rename(manifest.Data), Index = Rename(manifest.Index), Globals = Rename(manifest.Globals!) });
        await store.PutAsync(BackupNames.ManifestFile(name), ManifestSerializer.Write(changed), replace: true, Cancel);
    }

    private async Task<List<string>> ReadAsync(IBackupStore store, BackupManifest manifest, BackupIndex index, KeyRing keys)
    {
        var texts = new List<string>();
        await using var reader = await MemberReader.OpenAsync(store, manifest.Data.Name, keys, Cancel);
        foreach (var member in index.Members)
        {
            using var block = await reader.ReadAsync(member.Location, Cancel);
            texts.Add(Text(member, Encoding.Latin1.GetString(block.Span)));
        }

        return texts;
    }

    private static async Task<ContainerTotals> WriteDataAsync(
        IBackupStore store, string fileName, ContainerWriterOptions options, BackupIndex index, BackupIndex forged, List<string> texts)
    {
        var proof = string.Concat(IndexSerializer.WriteProof(forged).Select(line => Encoding.Latin1.GetString(line.Span)));
        Assert.Single(index.Members, member => member.Section == DumpSection.Proof);
        await using var staged = await store.StageReplacementAsync(fileName, Cancel);
        await using var writer = new ContainerWriter(staged.Content, options);
        foreach (var (member, text) in index.Members.Zip(texts))
        {
            var bytes = Encoding.Latin1.GetBytes(member.Section == DumpSection.Proof ? proof : text);
            var block = PlainBlock.Rent(bytes.Length);
            bytes.CopyTo(block.Buffer, 0);
            block.Length = bytes.Length;
            await writer.WriteAsync(block, Cancel);
        }

        var totals = await writer.CompleteAsync(Cancel);
        await staged.CommitAsync(Cancel);
        return totals;
    }
}
