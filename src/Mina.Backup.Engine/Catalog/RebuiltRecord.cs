using Mina.Backup.Engine.Container;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>What a data file says about itself, proven against its content.</summary>
internal sealed class RebuiltRecord
{
    private RebuiltRecord(ContentReadout content, BackupIndex index)
    {
        Content = content;
        Index = index;
    }

    /// <summary>The file as it was read.</summary>
    public ContentReadout Content { get; }

    /// <summary>Its index.</summary>
    public BackupIndex Index { get; }

    /// <summary>Whether the file is encrypted.</summary>
    public bool IsEncrypted => Content.Encryption != BackupEncryption.None;

    /// <summary>Reads a file to its end and compares it with the record there.</summary>
    public static async Task<RebuiltRecord> ReadAsync(
        CatalogEntry entry,
        KeyRing keys,
        ReadingProgress progress,
        CancellationToken cancellationToken)
    {
        using var map = MemberMap.For(entry.Info.Compression);
        var content = await ContentReadout.ReadAsync(
            entry.Store,
            entry.Info.FileName,
            keys,
            map,
            bytes =>
            {
                map.EndMember();
                progress.Add(bytes);
            },
            cancellationToken);
        var proof = ReadProof(entry, content);
        ThrowIfDifferent(entry, content, proof, map);
        var index = proof with { Members = map.Build(proof.Tables, content.Totals.Members) };
        return IndexValidation.FindProblem(index) is { } problem
            ? throw Damaged(entry, ErrorCatalog.ContentDiffers, $"The record at its end does not fit its members: {problem}.")
            : new RebuiltRecord(content, index);
    }

    /// <summary>The manifest, with what only a former one knew taken from there.</summary>
    public BackupManifest BuildManifest(CatalogEntry entry, string version, ManifestFile index, ManifestFile? globals) => new()
    {
        Name = entry.Info.Name,
        WrittenBy = entry.Manifest?.WrittenBy ?? version,
        CreatedAt = Index.Header.CreatedAt,
        Duration = entry.Manifest?.Duration ?? TimeSpan.Zero,
        Database = Index.Header.Database.Name,
        Server = Index.Header.Server ?? entry.Manifest?.Server ?? string.Empty,
        ServerVersion = Content.Summary.ServerVersion ?? string.Empty,
        DumpVersion = Content.Summary.DumpVersion ?? string.Empty,
        Encryption = Content.Encryption,
        RecipientKeyId = Content.RecipientKeyId,
        Compression = Content.Compression,
        // The level is not recorded in the file; it says how the members were made, not how to read them.
        CompressionLevel = entry.Manifest?.CompressionLevel,
        PlainSize = Content.Totals.PlainLength,
        Tables = Index.Tables.Count,
        Rows = Index.Tables.Sum(table => table.Rows),
        Data = new ManifestFile(entry.Info.FileName, Content.Totals.StoredLength, Content.Totals.Sha256),
        Index = index,
        Globals = globals,
    };

    private static BackupIndex ReadProof(CatalogEntry entry, ContentReadout content)
    {
        if (content.Summary.ProofLines.Count == 0)
        {
            throw Damaged(entry, ErrorCatalog.ProofMissing, "It holds no record of its own content: another script made it.");
        }

        return IndexSerializer.ReadProof(content.Summary.ProofLines, entry.Info.Name);
    }

    private static void ThrowIfDifferent(CatalogEntry entry, ContentReadout content, BackupIndex proof, MemberMap map)
    {
        var checks = new CheckList();
        DumpChecks.CheckScript(checks, content.Summary, isOurs: true);
        if (checks.All.FirstOrDefault(check => check.Outcome == CheckOutcome.Failed) is { } failure)
        {
            throw Damaged(entry, ErrorCatalog.All.First(definition => definition.Id == failure.ErrorId), failure.Detail);
        }

        var difference = ContentComparison.CompareRows(content.Summary, proof) ?? ContentComparison.CompareContent(content.Summary, proof);
        if (difference is not null)
        {
            throw Damaged(entry, ErrorCatalog.ContentDiffers, $"It is not what was recorded: {difference}");
        }

        if (content.Compression != (entry.Info.Compression ?? content.Compression) || !map.IsComplete(content.Totals.Members))
        {
            throw Damaged(entry, ErrorCatalog.ProofMissing, "Its members are not framed as this product frames them, or not as its name says: it was packed anew.");
        }
    }

    private static IntegrityException Damaged(CatalogEntry entry, ErrorDefinition error, string problem) => new(
        error,
        $"Manifest and index of {entry.Info.FileName} cannot be rebuilt. {problem}",
        new ErrorContext { Target = entry.Info.Name });
}
