using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>Keeps the record of finished drills.</summary>
public interface IDrillRecorder
{
    /// <summary>Adds a drill to the record.</summary>
    Task RecordAsync(RecoveryDrillResult result, CancellationToken cancellationToken);
}
