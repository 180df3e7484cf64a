using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>A live database of one test with a backup of it.</summary>
internal sealed class RestoreScene : IAsyncDisposable
{
    private const string Content = """
        CREATE TABLE public.users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
        CREATE TABLE public.notes (id serial PRIMARY KEY, user_id int REFERENCES public.users, body text, amount money);
        CREATE TABLE public.nothing ();
        INSERT INTO public.nothing DEFAULT VALUES;
        CREATE TABLE public.parted (k int, v text) PARTITION BY HASH (k);
        CREATE TABLE public.parted_0 PARTITION OF public.parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        INSERT INTO public.users (name) SELECT 'user ' || g FROM generate_series(1, 2000) g;
        INSERT INTO public.notes (user_id, body, amount) SELECT g % 2000 + 1, repeat(E'line\t\\ and \n', g % 50), g FROM generate_series(1, 5000) g;
        INSERT INTO public.parted SELECT g, 'v' || g FROM generate_series(1, 500) g;
        SELECT lo_from_bytea(70001, convert_to(repeat('large', 100000), 'UTF8'));
        CREATE MATERIALIZED VIEW public.counted AS SELECT count(*) AS n FROM public.notes;
        """;

    private RestoreScene(TestMachine machine, TestDatabase live, BackupEngine engine, BackupResult backup)
    {
        Machine = machine;
        Live = live;
        Engine = engine;
        Backup = backup;
    }

    public TestMachine Machine { get; }

    public TestDatabase Live { get; }

    public BackupEngine Engine { get; }

    public BackupResult Backup { get; }

    public QuietObserver Observer { get; } = new();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A request that restores the backup into the live database without safety backup.</summary>
    public RestoreRequest Request => new()
    {
        Backup = new BackupReference(Backup.Name, Machine.BackupDirectory),
        Database = Live.Uri,
        SkipSafetyBackup = true,
    };

    public static async Task<RestoreScene> CreateAsync(ClusterFixture clusters, string? more = null, string? passphrase = null)
    {
        var machine = new TestMachine().Set("GPG_BACKUP_PASSPHRASE", passphrase);
        if (clusters.Programs is { } programs)
        {
            machine.Set("MINA_PG_BIN", programs);
        }

        var live = await clusters.CreateDatabaseAsync(Content);
        if (more is not null)
        {
            await live.ExecuteAsync(more.Replace("{db}", live.Name, StringComparison.Ordinal));
        }

        var engine = new BackupEngine(machine.Environment, TimeProvider.System);
        var backup = await engine.BackupAsync(
            new BackupRequest { Database = live.Uri, Location = machine.BackupDirectory, Protection = new ProtectionRequest { NoEncryption = passphrase is null } },
            new QuietObserver(),
            Token);
        return new RestoreScene(machine, live, engine, backup);
    }

    public Task<RestoreResult> RestoreAsync(RestoreRequest? request = null) => Engine.RestoreAsync(request ?? Request, Observer, Token);

    /// <summary>Asks another database of the server.</summary>
    public async Task<T> ScalarAsync<T>(string database, string sql)
    {
        await using var connection = await new PostgresConnector(Live.Target.WithDatabase(database)).OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Token))!;
    }

    /// <summary>Tells another database of the server.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await new PostgresConnector(Live.Target.WithDatabase(database)).OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    public Task<long> NotesAsync() => Live.ScalarAsync<long>("SELECT count(*) FROM public.notes");

    /// <summary>Names of databases that restores of the live one left.</summary>
    public Task<IReadOnlyList<string>> OthersAsync() => OthersAsync(Live);

    /// <summary>Names of databases that restores of a live one left.</summary>
    public static async Task<IReadOnlyList<string>> OthersAsync(TestDatabase live)
    {
        // A failed -DropFirst leaves no live database to ask.
        await using var connection = await new PostgresConnector(live.Target.WithDatabase("postgres")).OpenAsync(Token);
        await using var command = new NpgsqlCommand("SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY 1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = live.Name.Replace("_", "\\_", StringComparison.Ordinal) + "\\_%restore%" });
        await using var reader = await command.ExecuteReaderAsync(Token);
        var names = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in await OthersAsync())
        {
            await using var connection = await new PostgresConnector(Live.Target.WithDatabase("postgres")).OpenAsync(CancellationToken.None);
            await using var command = new NpgsqlCommand($"DROP DATABASE {name} WITH (FORCE)", connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        await Live.DisposeAsync();
        Machine.Dispose();
    }
}
