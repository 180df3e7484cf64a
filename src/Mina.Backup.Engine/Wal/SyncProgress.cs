using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Wal;

/// <summary>How far a round is. Safe for use by several threads.</summary>
internal sealed class SyncProgress(RunContext context, string archive, long total)
{
    private readonly long started = context.Clock.GetTimestamp();
    private long done;

    /// <summary>Counts bytes of the spool that are dealt with.</summary>
    public void Advance(long bytes)
    {
        var now = Interlocked.Add(ref done, bytes);
        var seconds = context.Clock.GetElapsedTime(started).TotalSeconds;
        var rate = seconds > 0 ? now / seconds : (double?)null;
        context.Observer.Progress(new RunProgress
        {
            Activity = $"Archiving WAL into {archive}",
            Stage = "Publishing",
            Done = now,
            Total = total,
            Rate = rate,
            Remaining = rate is > 0 ? TimeSpan.FromSeconds((total - now) / rate.Value) : null,
        });
    }
}
