using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>Where one database, or the cluster, stands: its newest drill in the report, when the next is due, and the way there.</summary>
/// <param name="Target">What the drills prove.</param>
/// <param name="Newest">Its newest drill in the report.</param>
/// <param name="Summary">Its drills in the history; null when no intact record tells of it.</param>
/// <param name="Trend">All its drills, oldest first: those of the history, and those of the report that are not in it.</param>
internal sealed record DrillStanding(DrillTarget Target, ReportedDrill Newest, DrillSummary? Summary, IReadOnlyList<RecoveryDrillResult> Trend);
