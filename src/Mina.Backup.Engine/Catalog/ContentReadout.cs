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

    /// <summary>Whether the plain text was compressed by gzip.</summary>
    public required bool Gzip { get; init; }

    /// <summary>Reads a file. <paramref name="segments"/> hears of every segment, <paramref name="blockRead"/> of every block's end.</summary>
    public static async Task<ContentReadout> ReadAsync(
        IBackupStore store,
        string fileName,
        KeyRing keys,
        IScriptSegments? segments,
        Action<int> blockRead,
        CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(fileName, cancellationToken);
        await using var container = await ContainerReader.OpenAsync(stream, keys, fileName, cancellationToken);
        var scanner = new ScriptScanner(segments, collectProof: true);
        await foreach (var block in container.ReadBlocksAsync(cancellationToken))
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
            Gzip = container.Gzip,
        };
    }
}
