using System.Runtime.CompilerServices;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>Reads the plain text of a verified backup.</summary>
internal static class BackupText
{
    /// <summary>The SQL of one section, COPY runs left out.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadSqlAsync(
        VerifiedBackup backup,
        MemberReader reader,
        DumpSection section,
        Action<long> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var member in backup.Index!.Members.Where(member => member.Section == section && member.Run is null))
        {
            using var block = await reader.ReadAsync(member.Location, cancellationToken);
            yield return block.Memory;
            read(block.Length);
        }
    }

    /// <summary>The whole text, from first to last. The file must still be the one that was verified.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync(
        VerifiedBackup backup,
        Action<long> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stored = await backup.Store.OpenReadAsync(backup.FileName, cancellationToken);
        await using var reader = await ContainerReader.OpenAsync(stored, backup.Keys, backup.Name, cancellationToken);
        await foreach (var block in reader.ReadBlocksAsync(cancellationToken))
        {
            using (block)
            {
                yield return block.Memory;
                read(block.Length);
            }
        }

        if (!string.Equals(reader.Totals.Sha256, backup.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new IntegrityException(
                ErrorCatalog.BackupCorrupt,
                $"The backup {backup.Name} was changed while it was being restored.",
                new ErrorContext { Target = backup.Name });
        }
    }
}
