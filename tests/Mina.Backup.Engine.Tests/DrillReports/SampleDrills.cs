using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.DrillReports;

/// <summary>Drills as they happen over half a year: backups of a database and points in time of its cluster, one that failed and one that proved nothing.</summary>
internal static class SampleDrills
{
    private static readonly (string Table, long Rows)[] Sizes =
    [
        ("public.users", 48_211), ("public.sessions", 391_004), ("public.transcript_segments", 5_120_377), ("public.invoices", 12_903), ("audit.events", 2_204_118),
        ("public.\"Odd | name\"", 7), ("public.api_keys", 312), ("public.attachments", 88_214),
    ];

    /// <summary>When the last of them began.</summary>
    public static DateTimeOffset Newest { get; } = At("2026-11-20T02:00:00Z");

    /// <summary>All, oldest first.</summary>
    public static IReadOnlyList<RecoveryDrillResult> HalfYear { get; } =
    [
        Backup("2026-05-14T02:00:00Z", 231, 18),
        Backup("2026-06-11T02:00:00Z", 244, 21),
        Pitr("2026-06-25T02:00:00Z", 402),
        Backup("2026-07-09T02:00:00Z", 259, 20),
        Failed("2026-08-13T02:00:00Z"),
        Backup("2026-08-14T09:30:00Z", 263, 26),
        Inconclusive("2026-09-10T02:00:00Z"),
        Pitr("2026-09-24T02:00:00Z", 431),
        Backup("2026-10-22T02:00:00Z", 281, 22),
        Backup("2026-11-20T02:00:00Z", 296, 19),
    ];

    /// <summary>A drill of a backup that passed.</summary>
    public static RecoveryDrillResult Backup(string startedAt, int seconds, int backupAgeHours, string database = "mina")
    {
        var start = At(startedAt);
        var made = start.AddHours(-backupAgeHours);
        return new RecoveryDrillResult
        {
            Id = $"drill-{start.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-3fa9",
            Type = DrillType.Backup,
            Verdict = DrillVerdict.Passed,
            Steps =
            [
                Step(DrillStepKind.Selection, 0.4, "Chosen by seed 417 among 28 backups of the last 30 days."),
                Step(DrillStepKind.Fetch, 1.2, "Manifest and file agree: 337,641,472 bytes."),
                Step(DrillStepKind.Verify, 11.8, "Every byte was decrypted and compared with its checksum."),
                Step(DrillStepKind.Staging, 2.1, "An ephemeral cluster of PostgreSQL 15.20 was started."),
                Step(DrillStepKind.Restore, seconds * 0.6, "Loaded by four sessions."),
                Step(DrillStepKind.Rows, seconds * 0.25, "Rows and fingerprints of 8 tables agree."),
                Step(DrillStepKind.Sequences, 0.2, "None of 6 sequences is behind."),
                Step(DrillStepKind.Extensions, 0.1, "pgcrypto 1.3 and citext 1.6 as recorded."),
                Step(DrillStepKind.Indexes, 0.1, "All 19 indexes are valid."),
                Step(DrillStepKind.Constraints, 0.1, "All 23 constraints are validated."),
                Step(DrillStepKind.Amcheck, 14.6, "pg_amcheck found nothing."),
                Step(DrillStepKind.Schema, 1.9, "The schema is the one recorded, byte for byte."),
                Step(DrillStepKind.SmokeTest, 0.3, "SELECT count(*) > 0 FROM users: true.") with { Name = "users-exist" },
                Step(DrillStepKind.Targets, 0, "Recovery time and recovery point are within their targets."),
                Step(DrillStepKind.CleanUp, 0.8, "Nothing was left behind."),
            ],
            Backup = $"mina_db_backup_{made.UtcDateTime.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture)}",
            Location = "/srv/mina/backups",
            BackupCreatedAt = made,
            Database = database,
            Tables = [.. Sizes.Select(size => new TableComparison { Table = size.Table, ExpectedRows = size.Rows, ActualRows = size.Rows, Outcome = CheckOutcome.Passed })],
            RecoveryTime = new DrillObjective { Measured = TimeSpan.FromSeconds(seconds), Target = TimeSpan.FromMinutes(start.Month < 8 ? 10 : 5), Basis = "From the decision to recover until the copy was proven." },
            RecoveryPoint = new DrillObjective { Measured = TimeSpan.FromHours(backupAgeHours), Target = TimeSpan.FromHours(24), Basis = "Age of the backup at the start of the drill." },
            Seed = 417,
            Operator = "backup",
            Environment = new DrillEnvironment
            {
                Machine = "drill-01.example.com", OperatingSystem = "Debian GNU/Linux 12 (bookworm)", Processors = 8, ModuleVersion = "0.1.0", ServerVersion = "15.20", Staging = "ephemeral cluster",
            },
            StartedAt = start,
            Duration = TimeSpan.FromSeconds(seconds + 34.25),
            LogPath = $"/home/backup/.local/state/mina-backup/logs/{start.UtcDateTime.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture)}_drill_4711.log",
        };
    }

    /// <summary>A drill that found a row missing.</summary>
    public static RecoveryDrillResult Failed(string startedAt)
    {
        var drill = Backup(startedAt, 312, 27);
        return drill with
        {
            Verdict = DrillVerdict.Failed,
            Steps =
            [
                .. drill.Steps.Select(step => step.Step switch
                {
                    DrillStepKind.Rows => step with
                    {
                        Outcome = DrillStepOutcome.Failed,
                        Detail = "Two tables are not what the backup recorded.",
                        Differences = ["public.sessions has 391,003 rows; the backup recorded 391,004.", "audit.events has another fingerprint than the backup recorded."],
                        ErrorId = "RestoreProofFailed",
                    },
                    DrillStepKind.Amcheck => step with { Outcome = DrillStepOutcome.Skipped, Duration = TimeSpan.Zero, Detail = "pg_amcheck is not installed on this machine." },
                    DrillStepKind.Targets => step with { Outcome = DrillStepOutcome.Failed, Detail = "Recovery time and recovery point are over their targets." },
                    _ => step,
                }),
            ],
            Tables =
            [
                .. drill.Tables.Select(table => table.Table switch
                {
                    "public.sessions" => table with { ActualRows = 391_003, Outcome = CheckOutcome.Failed, Detail = "One row is missing." },
                    "audit.events" => table with { Outcome = CheckOutcome.Failed, Detail = "The rows are as many, their content is another." },
                    "public.attachments" => table with { ActualRows = null, Outcome = CheckOutcome.NotChecked, Detail = "Left out of the backup on request." },
                    _ => table,
                }),
            ],
            KeptStaging = "postgresql://postgres@127.0.0.1:54321/mina_drill",
        };
    }

    /// <summary>A drill whose server died midway.</summary>
    public static RecoveryDrillResult Inconclusive(string startedAt)
    {
        var drill = Backup(startedAt, 300, 22);
        return drill with
        {
            Verdict = DrillVerdict.Inconclusive,
            Steps =
            [
                .. drill.Steps.TakeWhile(step => step.Step != DrillStepKind.Restore),
                Step(DrillStepKind.Restore, 120, "The staging server went away.") with { Outcome = DrillStepOutcome.Inconclusive, ErrorId = "ConnectionLost" },
                Step(DrillStepKind.CleanUp, 1.5, "Nothing was left behind."),
            ],
            Tables = [],
            RecoveryTime = drill.RecoveryTime with { Measured = null },
        };
    }

    /// <summary>A drill of a point in time.</summary>
    public static RecoveryDrillResult Pitr(string startedAt, int seconds)
    {
        var drill = Backup(startedAt, seconds, 50);
        return drill with
        {
            Id = drill.Id.Replace("3fa9", "b002", StringComparison.Ordinal),
            Type = DrillType.Pitr,
            Backup = "mina_base_backup_20260601_010000",
            Location = "/srv/mina/archive/base",
            Database = null,
            Tables = [],
            Steps =
            [
                Step(DrillStepKind.Selection, 0.2, "A random point of the window by seed 417."),
                Step(DrillStepKind.Branch, seconds, "The branch replayed 2.1 GiB of log."),
                Step(DrillStepKind.Point, 0.1, "The last commit before the point is there, the first one behind it is not."),
                Step(DrillStepKind.Indexes, 0.4, "All 211 indexes are valid."),
                Step(DrillStepKind.CleanUp, 0.8, "Nothing was left behind."),
            ],
            Point = new PitrTarget { Kind = PitrTargetKind.Time, Time = drill.StartedAt.AddHours(-7.5), Timeline = 3 },
            Reached = new PitrPoint { Lsn = Lsn.Parse("16/B374D848"), Timeline = 3, Time = drill.StartedAt.AddHours(-7.5).AddSeconds(-1.25) },
            RecoveryTime = drill.RecoveryTime with { Target = TimeSpan.FromMinutes(10) },
            RecoveryPoint = new DrillObjective { Measured = TimeSpan.FromSeconds(48), Target = TimeSpan.FromMinutes(5), Basis = "Age of the newest commit in the archive." },
            Environment = drill.Environment with { Staging = "branch" },
        };
    }

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);

    private static DrillStep Step(DrillStepKind kind, double seconds, string detail) =>
        new() { Step = kind, Outcome = DrillStepOutcome.Passed, Duration = TimeSpan.FromSeconds(seconds), Detail = detail };
}
