using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>A data file read from first to last byte.</summary>
internal sealed record ContentReadout
{
    /// <summary>What the container was.</summary>
    public required ContainerReadTotals Totals { get; init; }

    /// <summary>What the dump was found to hold, proof lines included.</summary>
    public required ScriptSummary Summary { get; init; }

    /// <summary>How it is protected.</summary>
    public required BackupEncryption Encryption { get; init; }

    /// <summary>Key id of the recipient; null without one.</summary>
    public string? RecipientKeyId { get; init; }

    /// <summary>How the plain text was compressed.</summary>
    public required BackupCompression Compression { get; init; }

    /// <summary>
    /// Reads a file. <paramref name="segments"/> hears of every segment, <paramref name="blockRead"/> of every block's end. What is not compressed
    /// does not tell where its members end: <paramref name="readPieces"/> gives their lengths where an index knows them.
    /// </summary>
    public static async Task<ContentReadout> ReadAsync(
        IBackupStore store,
        string fileName,
        KeyRing keys,
        IScriptSegments? segments,
        Action<int> blockRead,
        CancellationToken cancellationToken,
        Func<CancellationToken, Task<IReadOnlyList<int>>>? readPieces = null)
    {
        await using var stream = await store.OpenReadAsync(fileName, cancellationToken);
        await using var container = await ContainerReader.OpenAsync(stream, keys, fileName, cancellationToken);
        var pieces = container.Compression == BackupCompression.None && readPieces is not null ? await readPieces(cancellationToken) : [];
        var scanner = new ScriptScanner(segments, collectProof: true);
        await foreach (var block in container.ReadBlocksAsync(pieces, cancellationToken))
        {
            using (block)
            {
                scanner.Append(block.Span);
                blockRead(block.Length);
            }
        }

        return new ContentReadout
        {
            Totals = container.Totals,
            Summary = scanner.Complete(),
            Encryption = container.Encryption,
            RecipientKeyId = container.RecipientKeyId,
            Compression = container.Compression,
        };
    }
}
