using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Looks at the SQL of a backup alone, a few members of many: enough to tell whether it may reach psql. COPY runs are left out; whoever uses this must not
/// give them to psql, but load them by the COPY protocol, where rows can be nothing else.
/// </summary>
internal static class ScriptCheck
{
    /// <summary>What the SQL holds. Every member read is compared with its recorded SHA-256.</summary>
    public static async Task<ScriptSummary> ReadAsync(IBackupStore store, string fileName, BackupIndex index, KeyRing keys, CancellationToken cancellationToken)
    {
        await using var reader = await MemberReader.OpenAsync(store, fileName, keys, cancellationToken);
        var scanner = new ScriptScanner(collectProof: true);
        foreach (var member in index.Members.Where(member => member.Run is null))
        {
            using var block = await reader.ReadAsync(member.Location, cancellationToken);
            scanner.Append(block.Span);
        }

        return scanner.Complete();
    }
}
