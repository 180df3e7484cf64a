using System.Text;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class PsqlSessionTests(ClusterFixture clusters)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Output_is_captured_as_raw_bytes_while_the_session_goes_on()
    {
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t AS SELECT g AS a, repeat('x', g) AS b FROM generate_series(1, 5000) g");
        await using var psql = await StartAsync(database);
        await psql.ExecuteAsync("BEGIN", Token);
        await psql.ExecuteAsync("INSERT INTO public.t VALUES (5001, E'end\\n1')", Token);
        var fingerprint = new LineFingerprint();

        await psql.ReadAsync("COPY public.t TO STDOUT", fingerprint.Append, Token);
        var count = await TextRows.ReadAsync(psql, "COPY (SELECT count(*) FROM public.t) TO STDOUT", Token);
        await psql.ExecuteAsync("ROLLBACK", Token);
        await psql.CompleteAsync(Token);

        Assert.Equal(5001, fingerprint.Rows);
        Assert.Equal("5001", count[0][0]);
        Assert.Equal(5000, await database.ScalarAsync<long>("SELECT count(*) FROM t"));
    }

    // A restore in place is one transaction of this session, and it waits wherever rows are read.
    [Fact]
    public async Task No_time_out_of_the_database_reaches_it()
    {
        await using var database = await clusters.CreateDatabaseAsync("""
            DO $$ DECLARE n text; BEGIN
              FOR n IN SELECT name FROM pg_settings WHERE name ~ '(statement|^lock|session|transaction)_timeout$' LOOP
                EXECUTE format('ALTER DATABASE %I SET %I = %L', current_database(), n, '9min');
              END LOOP;
            END $$
            """);
        await using var psql = await StartAsync(database);

        var timeouts = await TextRows.ReadAsync(psql, "COPY (SELECT name, setting FROM pg_settings WHERE name ~ '_timeout$' AND setting = '540000') TO STDOUT", Token);
        await psql.CompleteAsync(Token);

        Assert.Empty(timeouts);
        Assert.Equal("9min", await database.ScalarAsync<string>("SHOW statement_timeout"));
    }

    [Fact]
    public async Task The_first_error_ends_the_session_and_carries_its_state()
    {
        await using var database = await clusters.CreateDatabaseAsync();
        await using var psql = await StartAsync(database);

        var error = await Assert.ThrowsAsync<RestoreException>(async () =>
        {
            await psql.RunScriptAsync(Script("CREATE TABLE public.a (x int);\nCREATE TABLE public.a (x int);\nCREATE TABLE public.b (x int);\n"), new ScriptFilter(), Token);
            await psql.CompleteAsync(Token);
        });

        Assert.Equal("ScriptFailed", error.ErrorId);
        Assert.Equal("42P07", error.SqlState);
        Assert.False(await database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'b')"));
    }

    [Fact]
    public async Task A_capture_that_an_error_cuts_short_reports_that_error()
    {
        await using var database = await clusters.CreateDatabaseAsync();
        await using var psql = await StartAsync(database);

        var error = await Assert.ThrowsAsync<RestoreException>(() => psql.ReadAsync("COPY public.none TO STDOUT", _ => { }, Token));

        Assert.Equal("42P01", error.SqlState);
    }

    [Fact]
    public async Task A_meta_command_never_reaches_psql()
    {
        await using var database = await clusters.CreateDatabaseAsync();
        await using var psql = await StartAsync(database);
        var witness = Path.Combine(Path.GetTempPath(), $"mina-witness-{Guid.NewGuid():N}");

        await Assert.ThrowsAnyAsync<MinaException>(async () =>
        {
            await psql.RunScriptAsync(Script($"SELECT 1;\n\\! touch {witness}\n"), new ScriptFilter(), Token);
            await psql.CompleteAsync(Token);
        });

        Assert.False(File.Exists(witness));
    }

    [Fact]
    public async Task A_meta_command_does_nothing_even_if_it_reaches_psql()
    {
        await using var database = await clusters.CreateDatabaseAsync();
        await using var psql = await StartAsync(database);
        var witness = Path.Combine(Path.GetTempPath(), $"mina-witness-{Guid.NewGuid():N}");

        await Assert.ThrowsAnyAsync<MinaException>(async () =>
        {
            await psql.ExecuteAsync($"{new PsqlRestriction().Begin}SELECT 1;\n\\! touch {witness}\n", Token);
            await psql.CompleteAsync(Token);
        });

        Assert.False(File.Exists(witness));
    }

    [Fact]
    public async Task A_capture_ends_when_the_output_cannot_be_read()
    {
        var output = new PsqlOutput(new FailingStream());

        await Assert.ThrowsAsync<EndOfStreamException>(() => output.CaptureAsync("begin\n"u8.ToArray(), "end\n"u8.ToArray(), _ => { }));
        await Assert.ThrowsAsync<IOException>(() => output.Ended);
    }

    private sealed class FailingStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            throw new IOException("The pipe is broken.");
        }
    }

    private static async Task<PsqlSession> StartAsync(TestDatabase database)
    {
        var psql = await new ClientTools(HostEnvironment.Current()).FindAsync("psql", 15, Token);
        await using var connection = await database.OpenAsync();
        return PsqlSession.Start(psql, database.Target, connection.PostgreSqlVersion.Major, Token);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Script(string text)
    {
        await Task.Yield();
        yield return Encoding.UTF8.GetBytes("--\n-- PostgreSQL database dump\n--\n" + text + "--\n-- PostgreSQL database dump complete\n--\n");
    }
}
