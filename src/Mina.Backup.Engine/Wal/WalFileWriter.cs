using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Wal;

/// <summary>Writes decoded content to a local path, which appears only when all of it is there.</summary>
internal sealed class WalFileWriter(string path)
{
    /// <summary>Writes it; on any failure nothing remains.</summary>
    public async Task WriteAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> blocks, CancellationToken cancellationToken)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (var file = StorageErrors.Translate(path, "created", () => FileAccessRules.CreateLocked(temporary)))
            {
                await foreach (var block in blocks.WithCancellation(cancellationToken))
                {
                    await StorageErrors.TranslateAsync(path, "written", async () =>
                    {
                        await file.WriteAsync(block, cancellationToken);
                        return true;
                    });
                }
            }

            StorageErrors.Translate(path, "renamed", () =>
            {
                File.Move(temporary, path, overwrite: true);
                return true;
            });
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
