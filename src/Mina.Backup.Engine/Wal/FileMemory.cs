using System.Collections.Concurrent;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// What a run knows about files that stay in the spool, so that it does not read them again with every look: those that the archive has, and for a
/// while those that failed. A file that changed is a new one.
/// </summary>
internal sealed class FileMemory(TimeProvider clock)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, DateTimeOffset> settled = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (DateTimeOffset Modified, long At, WalSyncFailure Failure)> failed = new(StringComparer.Ordinal);

    /// <summary>Whether the archive has this file.</summary>
    public bool IsSettled(WalFile file) => settled.TryGetValue(file.Name.Text, out var modified) && modified == file.ModifiedAt;

    /// <summary>Notes that the archive has this file.</summary>
    public void Settle(WalFile file) => settled[file.Name.Text] = file.ModifiedAt;

    /// <summary>Notes that the spool does not have it any more.</summary>
    public void Forget(WalFile file) => settled.TryRemove(file.Name.Text, out _);

    /// <summary>How this file failed a while ago; null when it is to be tried.</summary>
    public WalSyncFailure? FailureOf(WalFile file) =>
        failed.TryGetValue(file.Name.Text, out var known) && known.Modified == file.ModifiedAt && clock.GetElapsedTime(known.At) < RetryAfter ? known.Failure : null;

    /// <summary>Notes how this file failed.</summary>
    public void Failed(WalFile file, WalSyncFailure failure) => failed[file.Name.Text] = (file.ModifiedAt, clock.GetTimestamp(), failure);
}
