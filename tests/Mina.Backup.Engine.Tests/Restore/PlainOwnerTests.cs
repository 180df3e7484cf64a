using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>What a role with CREATEDB, which owns the database and is no superuser, can restore.</summary>
public sealed class PlainOwnerTests(ClusterFixture clusters) : IDisposable
{
    private const string Content = """
        CREATE TABLE public.notes (id serial PRIMARY KEY, body text);
        INSERT INTO public.notes (body) SELECT 'note ' || g FROM generate_series(1, 300) g;
        """;

    private readonly TestMachine machine = new();

    public void Dispose() => machine.Dispose();

    [Fact]
    public async Task A_plain_owner_with_createdb_swaps()
    {
        await using var live = await PrepareAsync("plain_swap");
        try
        {
            var result = await RoundTripAsync(live, "plain_swap");

            Assert.Equal(RestoreMethod.Swapped, result.Method);
            Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
            Assert.Equal(300, await live.ScalarAsync<long>("SELECT count(*) FROM public.notes"));
            Assert.Equal("plain_swap", await live.ScalarAsync<string>("SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = current_database()"));
        }
        finally
        {
            await CleanAsync(live, "plain_swap");
        }
    }

    [Fact]
    public async Task What_only_a_superuser_may_set_is_noted_and_the_rest_carried_over()
    {
        await using var live = await PrepareAsync("plain_carry");
        try
        {
            await live.ExecuteAsync(
                $"""
                CREATE ROLE plain_granter; GRANT CONNECT ON DATABASE {live.Name} TO plain_granter WITH GRANT OPTION;
                SET SESSION AUTHORIZATION plain_granter; GRANT CONNECT ON DATABASE {live.Name} TO pg_monitor; RESET SESSION AUTHORIZATION;
                ALTER DATABASE {live.Name} SET log_min_messages TO 'error';
                ALTER DATABASE {live.Name} SET work_mem TO '7MB';
                ALTER ROLE postgres IN DATABASE {live.Name} SET work_mem TO '8MB';
                ALTER DATABASE {live.Name} CONNECTION LIMIT 55;
                ALTER DATABASE {live.Name} IS_TEMPLATE true;
                """);

            var result = await RoundTripAsync(live, "plain_carry");

            Assert.Equal(RestoreMethod.Swapped, result.Method);
            Assert.Contains(result.Notes, note => note.Contains("log_min_messages", StringComparison.Ordinal));
            Assert.Contains(result.Notes, note => note.Contains("work_mem of the role postgres", StringComparison.Ordinal));
            Assert.Contains(result.Notes, note => note.Contains("CONNECT of pg_monitor is now granted by another role", StringComparison.Ordinal));
            Assert.Equal("{work_mem=7MB}", await live.ScalarAsync<string>(
                "SELECT setconfig::text FROM pg_db_role_setting WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"));
            Assert.True(await live.ScalarAsync<bool>("SELECT datistemplate AND datconnlimit = 55 FROM pg_database WHERE datname = current_database()"));
            Assert.True(await live.ScalarAsync<bool>("SELECT datacl::text LIKE '%pg_monitor=c/plain_carry%' FROM pg_database WHERE datname = current_database()"));
        }
        finally
        {
            await CleanAsync(live, "plain_carry");
            await live.ExecuteAsync($"DROP OWNED BY plain_granter CASCADE; DROP ROLE plain_granter");
        }
    }

    private async Task<TestDatabase> PrepareAsync(string role)
    {
        var live = await clusters.CreateDatabaseAsync();
        await live.ExecuteAsync($"CREATE ROLE {role} LOGIN CREATEDB PASSWORD 'p'; ALTER DATABASE {live.Name} OWNER TO {role}");
        await using var connection = await new PostgresConnector(live.As(role, "p")).OpenAsync(RestoreScene.Token);
        await using var command = new NpgsqlCommand(Content, connection);
        await command.ExecuteNonQueryAsync(RestoreScene.Token);
        return live;
    }

    private async Task<RestoreResult> RoundTripAsync(TestDatabase live, string role)
    {
        var engine = new BackupEngine(machine.Environment, TimeProvider.System);
        var uri = live.As(role, "p").ToUri();
        var backup = await engine.BackupAsync(
            new BackupRequest { Database = uri, Location = machine.BackupDirectory, Protection = new ProtectionRequest { NoEncryption = true } },
            new QuietObserver(),
            RestoreScene.Token);
        await live.ExecuteAsync("DELETE FROM public.notes");
        return await engine.RestoreAsync(
            new RestoreRequest { Backup = new BackupReference(backup.Name, machine.BackupDirectory), Database = uri, SkipSafetyBackup = true },
            new QuietObserver(),
            RestoreScene.Token);
    }

    private static async Task CleanAsync(TestDatabase live, string role)
    {
        foreach (var name in await RestoreScene.OthersAsync(live))
        {
            await live.ExecuteAsync($"ALTER DATABASE {name} IS_TEMPLATE false");
            await live.ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
        }

        await live.ExecuteAsync($"ALTER DATABASE {live.Name} IS_TEMPLATE false");

        await live.ExecuteAsync($"ALTER DATABASE {live.Name} OWNER TO postgres; DROP OWNED BY {role} CASCADE; DROP ROLE {role}");
    }
}
