using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>The parts of a result that every drill has.</summary>
internal static class DrillOutcome
{
    /// <summary>The result of a drill as far as its journal tells.</summary>
    public static RecoveryDrillResult Create(DrillType type, DrillJournal journal, DrillObjective time, DrillObjective point, int seed, string staging, RunContext context) => new()
    {
        Id = NewId(journal.StartedAt),
        Type = type,
        Verdict = DrillVerdicts.Of(journal.Steps),
        Steps = [.. journal.Steps],
        RecoveryTime = time,
        RecoveryPoint = point,
        Seed = seed,
        Operator = Environment.UserName,
        Environment = new DrillEnvironment
        {
            Machine = Environment.MachineName,
            OperatingSystem = RuntimeInformation.OSDescription,
            Processors = Environment.ProcessorCount,
            ModuleVersion = ProductVersion.Text,
            Staging = staging,
        },
        StartedAt = journal.StartedAt,
        Duration = journal.Elapsed,
        LogPath = context.Log.Path,
    };

    private static string NewId(DateTimeOffset at) => string.Create(
        CultureInfo.InvariantCulture, $"drill-{at.UtcDateTime:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
}
