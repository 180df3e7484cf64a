using System.Collections.Concurrent;
using System.Globalization;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.Names;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Moment;

/// <summary>A live server of one test class, whose log keeps everything, with an archive beside it.</summary>
public sealed class MomentScene : IAsyncLifetime
{
    /// <summary>Users, sessions, segments of sessions, and a partitioned table.</summary>
    public const string Content = """
        CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, email text UNIQUE);
        CREATE TABLE sessions (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES users, title text, minutes int, at timestamptz DEFAULT now());
        CREATE TABLE segments (session_id int REFERENCES sessions ON DELETE CASCADE, number int, body text, PRIMARY KEY (session_id, number));
        CREATE TABLE parted (k int, at date, v text, PRIMARY KEY (k, at)) PARTITION BY RANGE (at);
        CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2026-01-01');
        CREATE TABLE parted_new PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2030-01-01');
        INSERT INTO users (name, email) SELECT 'user ' || g, 'u' || g || '@example.com' FROM generate_series(1, 500) g;
        INSERT INTO sessions (user_id, title, minutes) SELECT 1 + g % 500, 'session ' || g, g % 90 FROM generate_series(1, 2000) g;
        INSERT INTO segments SELECT 1 + g % 2000, g / 2000, repeat('words ', g % 40) FROM generate_series(0, 5999) g;
        INSERT INTO parted SELECT g, CASE WHEN g % 2 = 0 THEN date '2025-05-05' ELSE date '2026-05-05' END, 'v' || g FROM generate_series(1, 400) g;
        """;

    private readonly ConcurrentDictionary<string, DateTimeOffset> madeAt = [];
    private int databases;

    public EphemeralCluster Cluster { get; private set; } = null!;

    public TestMachine Machine { get; } = new();

    public RowRecoveryEngine Engine => new(Machine.Environment, TimeProvider.System);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public string ArchivePath => Machine.BackupDirectory;

    public WalArchivePlace Place => WalArchivePlace.Resolve(ArchivePath, null, Machine.Environment);

    public async ValueTask InitializeAsync()
    {
        Cluster = await EphemeralCluster.StartAsync(
            new EphemeralClusterOptions
            {
                Settings = new Dictionary<string, string>
                {
                    ["wal_level"] = "replica",
                    ["max_prepared_transactions"] = "10",
                    ["wal_keep_size"] = "2GB",
                    ["autovacuum"] = "off",
                    ["full_page_writes"] = "on",
                },
                InitdbArguments = ["--wal-segsize=1"],
            },
            HostEnvironment.Current(),
            CancellationToken.None);
    }

    /// <summary>A database with the sample's tables.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"live_{Interlocked.Increment(ref databases)}");
        var database = await TestDatabase.CreateAsync(Cluster.Target, name);
        madeAt[name] = new DateTimeOffset(await database.ScalarAsync<DateTime>("SELECT clock_timestamp()"));
        await database.ExecuteAsync(Content);
        return database;
    }

    /// <summary>Writes the names of the server's tables down, as a base backup and a synchronization do.</summary>
    public async Task<FilenodeMap?> RecordNamesAsync()
    {
        using var run = new Restore.TestRun(Machine);
        using var keys = KeyRing.Create(new KeyRequest(), Machine.Environment);
        return await new FilenodeMapRecorder(FilenodeMapStore.Open(Place, new BackupStoreFactory(Machine.Environment)))
            .RecordAsync(Cluster.Target, MessageProtection.None, keys, run.Context, Token);
    }

    /// <summary>Finds in the running server's own log, from a database's beginning on.</summary>
    public async Task<IReadOnlyList<WalTransaction>> FindAsync(TestDatabase database, params Func<FindTransactionRequest, FindTransactionRequest>[] changes)
    {
        var request = new FindTransactionRequest { Archive = ArchivePath, Database = database.Uri, DatabaseNames = [database.Name], After = madeAt[database.Name] };
        return await Engine.FindAsync(changes.Aggregate(request, (current, change) => change(current)), new QuietObserver(), Token);
    }

    /// <summary>Runs statements in one transaction and returns its id, as a ledger would hold it.</summary>
    public static async Task<uint> TransactAsync(TestDatabase database, string sql)
    {
        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using (var command = new NpgsqlCommand(sql, connection))
        {
            await command.ExecuteNonQueryAsync(Token);
        }

        uint xid;
        await using (var command = new NpgsqlCommand("SELECT (pg_current_xact_id()::text::bigint & 4294967295)", connection))
        {
            xid = (uint)(long)(await command.ExecuteScalarAsync(Token))!;
        }

        await transaction.CommitAsync(Token);
        return xid;
    }

    /// <summary>Small transactions on the sample's tables by several sessions at once, until it is disposed.</summary>
    public static MomentLoad StartLoad(TestDatabase database) => new(database);

    public async ValueTask DisposeAsync()
    {
        if (Cluster is not null)
        {
            await Cluster.DisposeAsync();
        }

        Machine.Dispose();
    }
}
