using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>A report that was written, and what is wrong with the history that it tells of.</summary>
/// <param name="Report">The report.</param>
/// <param name="HistoryFailure">The error of a history that is not intact; null when it is.</param>
public sealed record WrittenDrillReport(DrillReport Report, IntegrityException? HistoryFailure);
