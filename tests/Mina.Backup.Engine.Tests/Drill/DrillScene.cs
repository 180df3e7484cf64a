using System.Globalization;
using Mina.Backup.Engine.Drill;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Drill;

/// <summary>A source database, a folder of backups of it, and a machine whose disposable clusters lie in a folder of their own.</summary>
internal sealed class DrillScene : IAsyncDisposable, IDrillRecorder
{
    private const string Content = """
        CREATE ROLE drill_owner_{db} NOLOGIN;
        CREATE SCHEMA shop AUTHORIZATION drill_owner_{db};
        CREATE TABLE shop.users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, state varchar(10) CHECK (state IN ('new', 'old')));
        CREATE TABLE shop.notes (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES shop.users, body text, amount money);
        CREATE INDEX notes_by_user ON shop.notes (user_id) WHERE user_id > 10;
        CREATE TABLE shop.archive (k int, v text);
        CREATE TABLE shop.parted (k int, v text) PARTITION BY RANGE (k);
        CREATE TABLE shop.parted_0 PARTITION OF shop.parted FOR VALUES FROM (0) TO (250);
        CREATE TABLE shop.parted_1 PARTITION OF shop.parted FOR VALUES FROM (250) TO (1000);
        CREATE INDEX parted_half ON ONLY shop.parted (v);
        CREATE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
        COMMENT ON FUNCTION shop.twice IS 'doppelt, größer';
        ALTER TABLE shop.archive OWNER TO drill_owner_{db};
        INSERT INTO shop.users (name, state) SELECT 'user ' || g, CASE WHEN g % 2 = 0 THEN 'new' ELSE 'old' END FROM generate_series(1, 500) g;
        INSERT INTO shop.notes (user_id, body, amount) SELECT g % 500 + 1, repeat(E'line\t\\ and \n', g % 20), g FROM generate_series(1, 2000) g;
        INSERT INTO shop.archive SELECT g, 'v' || g FROM generate_series(1, 300) g;
        INSERT INTO shop.parted SELECT g, 'v' || g FROM generate_series(1, 500) g;
        ALTER TABLE shop.archive ADD CONSTRAINT small CHECK (k < 5) NOT VALID;
        CREATE MATERIALIZED VIEW shop.counted AS SELECT 1000 / count(*) AS n FROM shop.notes;
        SELECT lo_from_bytea(70001, convert_to(repeat('large', 1000), 'UTF8'));
        """;

    private DrillScene(TestMachine machine, TestDatabase source)
    {
        Machine = machine;
        Source = source;
        Environment = machine.Environment;
    }

    public TestMachine Machine { get; }

    public HostEnvironment Environment { get; }

    public TestDatabase Source { get; }

    public QuietObserver Observer { get; } = new();

    /// <summary>A server to restore into; null for disposable clusters.</summary>
    public EphemeralCluster? Staging { get; private set; }

    /// <summary>Drills that were recorded.</summary>
    public List<RecoveryDrillResult> Recorded { get; } = [];

    /// <summary>What disposable clusters have left.</summary>
    public IReadOnlyList<string> Left => Directory.GetFileSystemEntries(Environment.TempDirectory);

    public DrillRequest Request => new() { Locations = [Machine.BackupDirectory], StagingDatabase = Staging?.Target.ToUri(), SourceDatabase = Source.Uri };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Makes a database with a little of everything.</summary>
    public static async Task<DrillScene> CreateAsync(ClusterFixture clusters, string? passphrase = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters do not run on Windows.");
        var machine = new TestMachine().Set("GPG_BACKUP_PASSPHRASE", passphrase);
        if (!OperatingSystem.IsWindows())
        {
            // The server's account must come through to its folder.
            File.SetUnixFileMode(machine.Root, (UnixFileMode)0b111_001_001);
            File.SetUnixFileMode(machine.Environment.TempDirectory, (UnixFileMode)0b1_111_111_111);
        }

        var source = await clusters.CreateDatabaseAsync();
        await source.ExecuteAsync(Content.Replace("{db}", source.Name, StringComparison.Ordinal));
        return new DrillScene(machine, source);
    }

    public async Task<BackupResult> BackUpAsync(Func<BackupRequest, BackupRequest>? change = null)
    {
        var request = new BackupRequest
        {
            Database = Source.Uri,
            Location = Machine.BackupDirectory,
            Protection = new ProtectionRequest { NoEncryption = Environment.Variable("GPG_BACKUP_PASSPHRASE") is null },
        };
        return await new BackupEngine(Environment, TimeProvider.System).BackupAsync(change?.Invoke(request) ?? request, Observer, Cancel);
    }

    public async Task<RecoveryDrillResult> DrillAsync(Func<DrillRequest, DrillRequest>? change = null, IRunObserver? observer = null) =>
        Assert.Single(await DrillAllAsync(change, observer));

    public Task<IReadOnlyList<RecoveryDrillResult>> DrillAllAsync(Func<DrillRequest, DrillRequest>? change = null, IRunObserver? observer = null) =>
        new DrillEngine(Environment, TimeProvider.System, this).RunAsync(change?.Invoke(Request) ?? Request, observer ?? Observer, _ => { }, Cancel);

    public Task RecordAsync(RecoveryDrillResult result, CancellationToken cancellationToken)
    {
        Recorded.Add(result);
        return Task.CompletedTask;
    }

    /// <summary>The steps, for a test's message.</summary>
    public static string Describe(RecoveryDrillResult result) =>
        string.Join('\n', result.Steps.Select(step => $"{step.Step} {step.Name}: {step.Outcome} {step.ErrorId} {step.Detail} {string.Join(" | ", step.Differences)}"));

    /// <summary>Starts a server to restore into, which later drills use.</summary>
    public async Task StartStagingAsync() =>
        Staging = await EphemeralCluster.StartAsync(new EphemeralClusterOptions(), HostEnvironment.Current(), Cancel);

    /// <summary>The server that a drill is restoring into.</summary>
    public ConnectionTarget StagingServer => Staging?.Target
        ?? new ConnectionTarget { Host = Directory.GetDirectories(Environment.TempDirectory, "mina-pg-*").Single(), Database = "postgres", Username = "postgres" };

    /// <summary>Runs SQL in the database that a drill has restored; from within an observer, which waits for nobody.</summary>
    public void ChangeCopy(string sql)
    {
        using var maintenance = new NpgsqlConnection(StagingServer.ToNpgsql().ConnectionString);
        maintenance.Open();
        using var find = new NpgsqlCommand("SELECT datname FROM pg_database WHERE datname LIKE 'drill\\_%'", maintenance);
        var copy = Convert.ToString(find.ExecuteScalar(), CultureInfo.InvariantCulture)!;
        using var connection = new NpgsqlConnection(StagingServer.WithDatabase(copy).ToNpgsql().ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>What drills have left on the staging server: databases and roles.</summary>
    public async Task<IReadOnlyList<string>> LeftOnStagingAsync()
    {
        const string Made = "SELECT datname::text FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') UNION ALL SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'drill%'";
        await using var connection = await new PostgresConnector(Staging!.Target).OpenAsync(Cancel);
        return await SqlQuery.ReadAsync(connection, Made, row => row.GetString(0), Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (Staging is not null)
        {
            await Staging.DisposeAsync();
        }

        await Source.DisposeAsync();
        await using var connection = await new PostgresConnector(Source.Target.WithDatabase("postgres")).OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand($"DROP ROLE IF EXISTS drill_owner_{Source.Name}", connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
        Machine.Dispose();
    }
}
