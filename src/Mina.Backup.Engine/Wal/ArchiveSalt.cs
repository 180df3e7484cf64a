using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Has a run use the salt that the archive's newest file has, so that a reader of thousands of segments stretches the passphrase once and not once per
/// run that wrote some. Where that file opens with another key, the operator is told: recovery will need both.
/// </summary>
internal sealed class ArchiveSalt(IBackupStore store, WalArchive archive, RunContext context)
{
    private const int Start = 64;

    /// <summary>The protection to write with.</summary>
    public async Task<MessageProtection> AdoptAsync(MessageProtection protection, CancellationToken cancellationToken)
    {
        if (protection.Encryption != BackupEncryption.Passphrase
            || (await archive.ListStoredAsync(cancellationToken)).Where(file => file.Encrypted).MaxBy(file => file.ModifiedAt) is not { } newest)
        {
            return protection;
        }

        try
        {
            await foreach (var _ in archive.ReadAsync(newest, cancellationToken))
            {
                break;
            }
        }
        catch (EncryptionException e)
        {
            context.Warning($"New files will need another key than {newest.StoredName}, the newest in the archive: {e.Message} A recovery that reads both needs both keys.");
            return protection;
        }
        catch (IntegrityException e)
        {
            context.Warning($"The newest file in the archive cannot be read: {e.Message}");
            return protection;
        }

        var start = new byte[Start];
        await using var content = await store.OpenRangeAsync(newest.StoredName, 0, Start, cancellationToken);
        var length = await content.ReadAtLeastAsync(start, Start, throwOnEndOfStream: false, cancellationToken);
        return protection.WithSaltOf(start.AsSpan(0, length));
    }
}
