using System.Globalization;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Pitr;

/// <summary>
/// A source server that archives into a spool, an archive, a folder for branches, and an engine over all of them; removed afterwards with every
/// branch that a test left. The server's account can reach what it must, and nothing else.
/// </summary>
public sealed class PitrSite : IAsyncDisposable
{
    /// <summary>Passphrase of everything encrypted here.</summary>
    public const string Passphrase = "päss phrase 'of' $HOME";

    private readonly Dictionary<string, string?> variables = new(StringComparer.Ordinal) { ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") };

    private PitrSite(string root)
    {
        Root = root;
        Environment = new HostEnvironment
        {
            Variable = name => variables.GetValueOrDefault(name),
            HomeDirectory = Path.Combine(root, "home"),
            TempDirectory = "/tmp",
            StateDirectory = Path.Combine(root, "state"),
        };
        TestPrograms.AddTo(variables);
        variables["MINA_WAL_ARCHIVE"] = ArchivePath;
        variables["MINA_WAL_SPOOL"] = SpoolPath;
        variables["MINA_BRANCH_PATH"] = BranchPath;
        variables["GPG_BACKUP_PASSPHRASE"] = Passphrase;
    }

    /// <summary>Folder of everything.</summary>
    public string Root { get; }

    /// <summary>The archive.</summary>
    public string ArchivePath => Path.Combine(Root, "archive");

    /// <summary>The spool, which the server's account owns.</summary>
    public string SpoolPath => Path.Combine(Root, "spool");

    /// <summary>Folder for branches.</summary>
    public string BranchPath => Path.Combine(Root, "branches");

    /// <summary>What the engine sees of the machine.</summary>
    public HostEnvironment Environment { get; }

    /// <summary>The engine under test.</summary>
    public PitrEngine Engine => new(Environment, TimeProvider.System);

    /// <summary>What runs told.</summary>
    public QuietObserver Observer { get; } = new();

    /// <summary>The source.</summary>
    public EphemeralCluster Source { get; private set; } = null!;

    /// <summary>Places of the archive.</summary>
    public WalArchivePlace Place => new(ArchivePath, SpoolPath);

    /// <summary>The test's cancellation.</summary>
    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Makes a site and starts its source.</summary>
    /// <param name="settings">Settings of the source beyond the usual ones.</param>
    /// <param name="initdb">Further arguments of initdb.</param>
    /// <param name="programs">Folder of the PostgreSQL programs of everything here; those that the machine's packages install when null.</param>
    public static async Task<PitrSite> StartAsync(IReadOnlyDictionary<string, string>? settings = null, IReadOnlyList<string>? initdb = null, string? programs = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Branches need a Unix shell.");
        var site = new PitrSite(Directory.CreateTempSubdirectory("mina-pitr-").FullName);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(site.Root, (UnixFileMode)0b111_001_001);
            Directory.CreateDirectory(site.SpoolPath, (UnixFileMode)0b111_000_000);
        }

        if (System.Environment.IsPrivilegedProcess)
        {
            await Programs.RunAsync("chown", ["postgres", site.SpoolPath]);
        }

        var all = new Dictionary<string, string>
        {
            ["archive_mode"] = "on",
            ["archive_command"] = ArchiveCommand(site.SpoolPath),
            ["wal_level"] = "logical",
            ["max_prepared_transactions"] = "5",
            ["autovacuum"] = "off",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        var machine = HostEnvironment.Current();
        if (programs is not null)
        {
            site.SetVariable("MINA_PG_BIN", programs);
            machine = machine with { Variable = site.Environment.Variable };
        }

        site.Source = await EphemeralCluster.StartAsync(new EphemeralClusterOptions { Settings = all, InitdbArguments = initdb ?? [] }, machine, Cancel);
        return site;
    }

    // A standby that is promoted may archive what the old primary has archived already.
    private static string ArchiveCommand(string spool) => $"if test -f {spool}/%f; then cmp -s %p {spool}/%f; else cp %p {spool}/%f.tmp && mv {spool}/%f.tmp {spool}/%f; fi";

    /// <summary>Sets a variable of the engine's environment; null removes it.</summary>
    public void SetVariable(string name, string? value) => variables[name] = value;

    /// <summary>Makes a base backup.</summary>
    public Task<BaseBackupResult> BackUpAsync(Func<BaseBackupRequest, BaseBackupRequest>? change = null)
    {
        var request = new BaseBackupRequest { Database = Source.Target.ToUri() };
        return Engine.BackUpBaseAsync(change?.Invoke(request) ?? request, Observer, Cancel);
    }

    /// <summary>Runs statements on the source, each by itself.</summary>
    public Task SqlAsync(params string[] statements) => SqlAsync(Source.Target, statements);

    /// <summary>Runs statements, each by itself.</summary>
    public static async Task SqlAsync(ConnectionTarget target, params string[] statements)
    {
        await using var connection = await new PostgresConnector(target).OpenAsync(Cancel);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(Cancel);
        }
    }

    /// <summary>The first value of a query on the source.</summary>
    public Task<string> ValueAsync(string sql) => ValueAsync(Source.Target, sql);

    /// <summary>The first value of a query, as text.</summary>
    public static async Task<string> ValueAsync(ConnectionTarget target, string sql)
    {
        await using var connection = await new PostgresConnector(target).OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(Cancel), CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>The first value of a query on a branch, as text.</summary>
    public Task<string> ValueAsync(PitrBranch branch, string sql) => ValueAsync(ConnectionTarget.Parse(branch.ConnectionUri!, Environment), sql);

    /// <summary>Runs statements on a branch, each by itself.</summary>
    public Task SqlBranchAsync(PitrBranch branch, params string[] statements) => SqlAsync(ConnectionTarget.Parse(branch.ConnectionUri!, Environment), statements);

    /// <summary>Switches to the next segment and waits until everything before is in the spool.</summary>
    public async Task ArchiveAsync()
    {
        await SqlAsync("CREATE TABLE IF NOT EXISTS archive_marker (n int)", "INSERT INTO archive_marker VALUES (1)");
        var segment = await ValueAsync("SELECT pg_walfile_name(pg_switch_wal() - 1)");
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(SpoolPath, segment)), $"segment {segment} in the spool");
    }

    /// <summary>Moves what is in the spool into the archive, encrypted.</summary>
    public async Task PublishAsync(string passphrase = Passphrase)
    {
        using var secret = new Secret(passphrase);
        using var keys = KeyRing.Create(new KeyRequest { Passphrase = secret }, Environment);
        var store = new DirectoryStore(Place.WalLocation);
        var spool = new WalSpool(SpoolPath);
        var archive = new WalArchive(store, spool, keys);
        var publisher = new WalPublisher(store, spool, archive, new ContainerWriterOptions { Protection = MessageProtection.FromPassphrase(secret), Keys = keys });
        await publisher.PrepareAsync(Cancel);
        foreach (var file in spool.List())
        {
            await publisher.PublishAsync(file, Cancel);
            spool.Remove(file);
        }
    }

    /// <summary>Makes a branch.</summary>
    public Task<PitrBranch> BranchAsync(PitrTarget target, Func<PitrBranchRequest, PitrBranchRequest>? change = null)
    {
        var request = new PitrBranchRequest { Target = target };
        return Engine.CreateBranchAsync(change?.Invoke(request) ?? request, Observer, Cancel);
    }

    /// <summary>The branches, as the engine lists them.</summary>
    public async Task<IReadOnlyList<PitrBranch>> BranchesAsync()
    {
        var listing = await Engine.ListBranchesAsync([], Observer, Cancel);
        Assert.Empty(listing.Failures);
        return listing.Branches;
    }

    /// <summary>Removes a branch.</summary>
    public Task<RemovedPitrBranch> RemoveAsync(PitrBranch branch) => Engine.RemoveBranchAsync(branch.Name, Observer, Cancel);

    /// <summary>That nothing of any branch is there: no folder, no record, no server.</summary>
    public async Task AssertNoBranchAsync()
    {
        Assert.Empty(Directory.Exists(BranchPath) ? Directory.GetFileSystemEntries(BranchPath) : []);
        var records = Path.Combine(Environment.StateDirectory, "branches");
        Assert.Empty(Directory.Exists(records) ? Directory.GetFiles(records, "*.json") : []);
        var processes = await Programs.RunAsync("ps", ["-eo", "args"]);
        Assert.DoesNotContain(BranchPath, processes, StringComparison.Ordinal);
    }

    /// <summary>Names of base backup files.</summary>
    public IReadOnlyList<string> BaseFiles() =>
        Directory.Exists(Place.BaseLocation) ? [.. Directory.GetFiles(Place.BaseLocation).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)] : [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var branch in (await Engine.ListBranchesAsync([], Observer, CancellationToken.None)).Branches)
        {
            await Engine.RemoveBranchAsync(branch.Name, Observer, CancellationToken.None);
        }

        await Source.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
