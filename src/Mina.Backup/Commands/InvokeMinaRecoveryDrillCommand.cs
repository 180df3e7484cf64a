using System.Management.Automation;
using System.Security;
using Mina.Backup.Binding;
using Mina.Backup.Engine;
using Mina.Backup.Engine.Drill;
using Mina.Backup.Engine.Drill.Checks;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Errors;
using Mina.Backup.Model;
using Mina.Backup.Pipeline;

namespace Mina.Backup.Commands;

/// <summary>Recovers a backup, or an archive to a point in time, on a server of its own, and proves what came out.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "MinaRecoveryDrill", DefaultParameterSetName = RandomSet, SupportsShouldProcess = true)]
[OutputType(typeof(RecoveryDrillResult))]
public sealed class InvokeMinaRecoveryDrillCommand : AsyncCmdlet
{
    private const string RandomSet = "Random";
    private const string NewestSet = "Newest";
    private const string OldestSet = "Oldest";
    private const string BackupSet = "Backup";

    // What was drilled, for the report.
    private readonly List<RecoveryDrillResult> results = [];

    // Written when all is done: with -ErrorAction Stop the first one ends the cmdlet, and neither the other drills nor the report on a failed one may fall to that.
    private readonly List<ErrorRecord> errors = [];

    /// <summary>The backup to drill: a listed one, its name, name of its data file, or path of it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = BackupSet)]
    [BackupPath]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BackupNameCompleter))]
    public string Backup { get; set; } = "";

    /// <summary>Drill the newest backup.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NewestSet)]
    public SwitchParameter Newest { get; set; }

    /// <summary>Drill the oldest backup.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OldestSet)]
    public SwitchParameter Oldest { get; set; }

    /// <summary>Folders to choose from; the two default folders when not given.</summary>
    [Parameter]
    [Alias("Location")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Choose among backups of so many days; 30 when not given, and any for the newest and the oldest.</summary>
    [Parameter(ParameterSetName = RandomSet)]
    [Parameter(ParameterSetName = NewestSet)]
    [Parameter(ParameterSetName = OldestSet)]
    [ValidateRange(1, 36500)]
    public int? WithinDays { get; set; }

    /// <summary>Number of drills.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Count { get; set; } = 1;

    /// <summary>Repeats the choices of an earlier drill.</summary>
    [Parameter]
    public int? Seed { get; set; }

    /// <summary>What to recover from: a backup, an archive, or one drill of each.</summary>
    [Parameter]
    public DrillScope Type { get; set; }

    /// <summary>Connection URI or Npgsql string of a server to restore into; a disposable cluster of this machine when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StagingDatabase { get; set; }

    /// <summary>Connection URI or Npgsql string of the source, which must not be the staging server; <c>DATABASE_URL</c> when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SourceDatabase { get; set; }

    /// <summary>Checks of your own: script blocks, or paths of SQL files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[] SmokeTest { get; set; } = [];

    /// <summary>Longest time that a recovery may take; 60 minutes from a backup and 30 to a point in time when not given.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? RtoTarget { get; set; }

    /// <summary>Longest stretch of work that may be lost; 25 hours with backups and 5 minutes with an archive when not given.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? RpoTarget { get; set; }

    /// <summary>When to leave what was restored for inspection.</summary>
    [Parameter]
    public StagingRetention KeepStaging { get; set; }

    /// <summary>Write a report on the drills into this file, or folder: HTML, or Markdown or JSON by its ending.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OutFile { get; set; }

    /// <summary>Connections that load and compare at once; from the number of cores when not given.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? Jobs { get; set; }

    /// <summary>The archive for drills to a point in time; <c>MINA_WAL_ARCHIVE</c> when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ArchivePath { get; set; }

    /// <summary>The spool beside the archive; <c>MINA_WAL_SPOOL</c>, else the archive's own, when not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SpoolPath { get; set; }

    /// <summary>Passphrase of backups and archive. With none given, <c>GPG_BACKUP_PASSPHRASE</c> serves.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>File whose first line is the passphrase.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PassphraseFile { get; set; }

    /// <summary>File with the recipient's OpenPGP secret key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PrivateKey { get; set; }

    /// <summary>Passphrase of the secret key.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? PrivateKeyPassphrase { get; set; }

    private string Described => ParameterSetName switch
    {
        _ when Type == DrillScope.Pitr => "a random point of the archive",
        BackupSet => Backup,
        NewestSet => "the newest backup",
        OldestSet => "the oldest backup",
        _ => "a random backup",
    };

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ShouldProcess(Described, "Recover it on a server of its own and compare"))
        {
            ReportFailure(
                ParameterSetName == BackupSet ? Backup : null,
                () => KeyParameters.WithKeys(Passphrase, ResolvePath(PassphraseFile), ResolvePath(PrivateKey), PrivateKeyPassphrase, Drill),
                errors.Add);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (OutFile is not null && results.Count > 0)
        {
            ReportFailure(OutFile, Report, errors.Add);
        }

        foreach (var error in errors)
        {
            WriteError(error);
        }
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(ErrorCatalog.SmokeTestUnreadable, $"The smoke test {path} cannot be read: {e.Message}", new ErrorContext { Target = path }, e);
        }
    }

    private bool Drill(KeyRequest keys)
    {
        Run<Action, IReadOnlyList<RecoveryDrillResult>>(
            (observer, post, token) =>
            {
                var environment = HostEnvironment.Current();
                var engine = new DrillEngine(environment, TimeProvider.System, new DrillHistory(environment, TimeProvider.System));
                return engine.RunAsync(CreateRequest(keys, post), observer, result => post(() => Write(result)), token);
            },
            action => action());
        return true;
    }

    private void Report()
    {
        var request = new DrillReportRequest { Drills = results, Path = ResolvePath(OutFile)!, Overwrite = true };
        var written = Run((observer, token) => CreateDrillHistoryEngine().ReportAsync(request, observer, token));
        WriteVerbose($"The report is {written.Report.Path}.");
        if (written.HistoryFailure is { } failure)
        {
            errors.Add(ErrorRecords.From(failure, null));
        }
    }

    private void Write(RecoveryDrillResult result)
    {
        results.Add(result);
        WriteObject(result);
        if (DrillFailure.From(result) is { } failure)
        {
            errors.Add(ErrorRecords.From(failure, result));
        }
    }

    private DrillRequest CreateRequest(KeyRequest keys, Action<Action> post) => new()
    {
        Scope = Type,
        Backup = ParameterSetName == BackupSet ? Reference : null,
        Locations = [.. Path.Select(path => ResolvePath(path)!)],
        Choice = Newest ? DrillChoice.Newest : Oldest ? DrillChoice.Oldest : DrillChoice.Random,
        Within = WithinDays is { } days ? TimeSpan.FromDays(days) : null,
        Count = Count,
        Seed = Seed,
        StagingDatabase = StagingDatabase,
        SourceDatabase = SourceDatabase,
        SmokeTests = [.. SmokeTest.Select(test => CreateTest(test, post))],
        RecoveryTimeTarget = RtoTarget,
        RecoveryPointTarget = RpoTarget,
        Keep = KeepStaging,
        Keys = keys,
        Archive = ResolvePath(ArchivePath),
        Spool = ResolvePath(SpoolPath),
        Jobs = Jobs,
    };

    private BackupReference Reference
    {
        get
        {
            var isPath = Backup.Contains('/', StringComparison.Ordinal) || Backup.Contains('\\', StringComparison.Ordinal);
            return new BackupReference(isPath ? ResolvePath(Backup)! : Backup, Path.Length == 1 ? ResolvePath(Path[0]) : null);
        }
    }

    private SmokeTest CreateTest(object test, Action<Action> post)
    {
        var value = test is PSObject wrapped ? wrapped.BaseObject : test;
        if (value is ScriptBlock script)
        {
            return ScriptSmokeTest.Create(script, post);
        }

        var path = value is FileInfo file ? file.FullName : GetUnresolvedProviderPathFromPSPath(LanguagePrimitives.ConvertTo<string>(value));
        return SqlSmokeTest.Create(System.IO.Path.GetFileName(path), ReadFile(path), HostEnvironment.Current());
    }
}
