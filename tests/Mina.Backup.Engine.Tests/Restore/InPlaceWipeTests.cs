using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class InPlaceWipeTests(ClusterFixture clusters)
{
    private const string Everything = """
        CREATE ROLE wipe_role;
        CREATE SCHEMA other AUTHORIZATION wipe_role;
        CREATE TABLE other.t (a int PRIMARY KEY);
        CREATE TABLE public.u (b int REFERENCES other.t);
        CREATE VIEW public.v AS SELECT * FROM other.t;
        CREATE MATERIALIZED VIEW public.m AS SELECT * FROM public.v;
        CREATE TYPE public.mood AS ENUM ('a', 'b');
        CREATE TYPE public.pair AS (x int, y int);
        CREATE DOMAIN public.positive AS int CHECK (VALUE > 0);
        CREATE FUNCTION public.f(public.mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE CAST (public.mood AS int) WITH FUNCTION public.f(public.mood);
        CREATE FUNCTION public.fire() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no DDL here''; END';
        CREATE PUBLICATION wipe_pub FOR ALL TABLES;
        CREATE FOREIGN DATA WRAPPER wipe_fdw;
        CREATE SERVER wipe_server FOREIGN DATA WRAPPER wipe_fdw;
        CREATE ACCESS METHOD wipe_am TYPE TABLE HANDLER heap_tableam_handler;
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO wipe_role;
        ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
        ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT INSERT ON TABLES TO wipe_role;
        SELECT lo_create(4711);
        COMMENT ON SCHEMA public IS 'mine';
        GRANT ALL ON SCHEMA public TO wipe_role;
        CREATE EVENT TRIGGER wipe_trigger ON ddl_command_end EXECUTE FUNCTION public.fire();
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wiped_database_dumps_like_a_new_one()
    {
        await using var empty = await clusters.CreateDatabaseAsync();
        await using var full = await clusters.CreateDatabaseAsync(Everything);
        try
        {
            await full.ExecuteAsync(InPlaceWipe.Sql);

            Assert.Equal(await DumpAsync(empty), await DumpAsync(full));
            Assert.Equal(0, await full.ScalarAsync<long>("SELECT count(*) FROM pg_catalog.pg_largeobject_metadata"));
            Assert.Equal(0, await full.ScalarAsync<long>("SELECT count(*) FROM pg_catalog.pg_default_acl"));
        }
        finally
        {
            await full.ExecuteAsync("DROP OWNED BY wipe_role");
            await full.ExecuteAsync("DROP ROLE wipe_role");
        }
    }

    [Fact]
    public async Task The_owner_of_a_database_alone_can_wipe_it()
    {
        await using var database = await clusters.CreateDatabaseAsync();
        await database.ExecuteAsync($"CREATE ROLE wipe_owner LOGIN PASSWORD 'p'; ALTER DATABASE {database.Name} OWNER TO wipe_owner; CREATE TABLE public.t (a int); ALTER TABLE public.t OWNER TO wipe_owner");
        await using (var session = await new PostgresConnector(database.As("wipe_owner", "p")).OpenAsync(Token))
        {
            await TargetServer.ExecuteAsync(session, InPlaceWipe.Sql, Token);
            await TargetServer.ExecuteAsync(session, "CREATE TABLE public.back (a int)", Token);
        }

        Assert.False(await database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relname = 't')"));
        await database.ExecuteAsync($"ALTER DATABASE {database.Name} OWNER TO postgres; REASSIGN OWNED BY wipe_owner TO postgres; DROP ROLE wipe_owner");
    }

    private static async Task<string> DumpAsync(TestDatabase database)
    {
        var tool = await new ClientTools(HostEnvironment.Current()).FindAsync("pg_dump", 15, Token);
        await using var dump = ToolProcess.Start(tool, [], database.Target.ToEnvironment(), Token);
        using var reader = new StreamReader(dump.StandardOutput);
        var text = await reader.ReadToEndAsync(Token);
        (await dump.WaitAsync(Token)).EnsureSuccess(database.Name);
        return string.Join('\n', text.Split('\n').Where(line => !line.Contains("restrict ", StringComparison.Ordinal)));
    }
}
