using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>A drill of a report.</summary>
/// <param name="Drill">The drill; as the history has it, where it has it.</param>
/// <param name="Record">Its record; null when the history has none.</param>
internal sealed record ReportedDrill(RecoveryDrillResult Drill, DrillRecord? Record);
