using System.Globalization;
using Mina.Backup.Engine;
using Mina.Backup.Engine.Drill;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Runner;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

// One run of the engine in a process of its own, which kills itself with signal 9 when the stage named in KILL_AT begins.
// Tests start it: everything comes by environment. It prints each stage as it begins.
static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

static string Need(string name) => Read(name) ?? throw new InvalidOperationException($"{name} is not set.");

var engine = new BackupEngine(HostEnvironment.Current(), TimeProvider.System);
var observer = new SuicidalObserver(Read("KILL_AT"));
try
{
    if (Need("OPERATION") == "backup")
    {
        await engine.BackupAsync(new BackupRequest { Location = Need("PLACE"), Protection = new ProtectionRequest { RequireEncryption = true } }, observer, CancellationToken.None);
    }
    else if (Need("OPERATION") == "receive")
    {
        // Until a test kills it.
        await new WalEngine(HostEnvironment.Current(), TimeProvider.System).ReceiveAsync(
            new WalReceiverRequest { ArchivePath = Need("PLACE") }, observer, status => Console.WriteLine($"{status.State} {status.ProcessId}"), CancellationToken.None);
    }
    else if (Need("OPERATION") == "enable")
    {
        await new WalEngine(HostEnvironment.Current(), TimeProvider.System).EnableArchivingAsync(
            new WalArchivingRequest { ArchivePath = Need("PLACE") }, observer, CancellationToken.None);
    }
    else if (Need("OPERATION") == "branch")
    {
        var branch = await new PitrEngine(HostEnvironment.Current(), TimeProvider.System).CreateBranchAsync(
            new PitrBranchRequest { Target = new PitrTarget { Kind = PitrTargetKind.Latest }, Name = Need("BRANCH") }, observer, CancellationToken.None);
        Console.WriteLine(branch.ConnectionUri);
    }
    else if (Need("OPERATION") == "record-drills")
    {
        var history = new DrillHistory(HostEnvironment.Current(), TimeProvider.System);
        for (var number = 0; number < int.Parse(Need("COUNT"), CultureInfo.InvariantCulture); number++)
        {
            await history.RecordAsync(
                new RecoveryDrillResult
                {
                    Id = $"drill-{Environment.ProcessId}-{number}",
                    Type = DrillType.Backup,
                    Verdict = DrillVerdict.Passed,
                    Steps = [],
                    RecoveryTime = new DrillObjective { Basis = "none" },
                    RecoveryPoint = new DrillObjective { Basis = "none" },
                    Seed = 1,
                    Operator = $"process {Environment.ProcessId}",
                    Environment = new DrillEnvironment { Machine = "m", OperatingSystem = "o", Processors = 1, ModuleVersion = "0", Staging = "none" },
                    StartedAt = DateTimeOffset.UnixEpoch,
                    Duration = TimeSpan.Zero,
                    LogPath = "",
                },
                CancellationToken.None);
        }
    }
    else if (Need("OPERATION") == "drill")
    {
        var machine = HostEnvironment.Current() with { TempDirectory = Need("TEMP_PLACE") };
        var request = new DrillRequest { Locations = Read("PLACE") is { } place ? [place] : [], Scope = Read("PLACE") is null ? DrillScope.Pitr : DrillScope.Backup };
        await new DrillEngine(machine, TimeProvider.System).RunAsync(request, observer, result => Console.WriteLine(result.Verdict), CancellationToken.None);
    }
    else if (Need("OPERATION") == "remove-branch")
    {
        await new PitrEngine(HostEnvironment.Current(), TimeProvider.System).RemoveBranchAsync(Need("BRANCH"), observer, CancellationToken.None);
    }
    else
    {
        await engine.RestoreAsync(
            new RestoreRequest
            {
                Backup = new BackupReference(Need("BACKUP"), Need("PLACE")),
                TargetDatabase = Need("TARGET"),
                SafetyLocation = Need("SAFETY_PLACE"),
                InPlace = Read("IN_PLACE") is not null,
                DropOriginal = Read("IN_PLACE") is null,
            },
            observer,
            CancellationToken.None);
    }

    return 0;
}
catch (MinaException error)
{
    Console.Error.WriteLine($"{error.ErrorId}: {error}");
    return 1;
}
