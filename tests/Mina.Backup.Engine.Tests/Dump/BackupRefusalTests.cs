using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Dump;

public sealed class BackupRefusalTests(ClusterFixture clusters) : IDisposable
{
    private readonly BackupBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task Tables_and_sequences_that_the_role_may_not_read_are_named()
    {
        await using var database = await clusters.CreateDatabaseAsync(
            "CREATE ROLE blind LOGIN PASSWORD 'p'; CREATE TABLE open (a int); GRANT SELECT ON open TO blind; CREATE TABLE shut (a serial)");
        try
        {
            var error = await bench.FailAsync<ServerException>(database.As("blind", "p").ToUri(), "PermissionDenied");

            Assert.Contains("public.shut, public.shut_a_seq", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("public.open", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await database.ExecuteAsync("DROP OWNED BY blind; DROP ROLE blind");
        }
    }

    [Fact]
    public async Task A_role_that_may_read_only_what_is_not_excluded_can_back_up()
    {
        await using var database = await clusters.CreateDatabaseAsync(
            "CREATE ROLE half LOGIN PASSWORD 'p'; CREATE TABLE open (a int); GRANT SELECT ON open TO half; CREATE TABLE shut (a int)");
        try
        {
            var backup = await bench.BackUpAsync(database.As("half", "p").ToUri(), request => request with { ExcludeTable = ["shut"] });

            Assert.Equal(BackupState.Verified, backup.State);
        }
        finally
        {
            await database.ExecuteAsync("DROP OWNED BY half; DROP ROLE half");
        }
    }

    [Fact]
    public async Task Rows_hidden_by_row_level_security_are_an_error_that_names_the_table()
    {
        await using var database = await clusters.CreateDatabaseAsync(
            """
            CREATE ROLE tenant LOGIN PASSWORD 'p';
            CREATE TABLE notes AS SELECT 1 a;
            GRANT SELECT ON notes TO tenant;
            ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
            """);
        try
        {
            var error = await bench.FailAsync<ServerException>(database.As("tenant", "p").ToUri(), "RowSecurityHidesRows");

            Assert.Contains("public.notes", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await database.ExecuteAsync("DROP OWNED BY tenant; DROP ROLE tenant");
        }
    }

    [Fact]
    public async Task A_poolers_address_is_refused_before_anything_is_connected()
    {
        var error = await bench.FailAsync<ServerException>("postgresql://u@db-1-pooler.eu.example.com/db", "PoolerNotSupported");

        Assert.Contains("db-1.eu.example.com", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_server_a_wrong_password_and_a_missing_database_are_told_apart()
    {
        await using var database = await clusters.CreateDatabaseAsync();

        await bench.FailAsync<ServerException>("postgresql://u@127.0.0.1:1/db", "ServerUnreachable");
        await bench.FailAsync<ServerException>(database.As("postgres", "wrong").ToUri(), "AuthenticationFailed");
        await bench.FailAsync<ServerException>(database.Target.WithDatabase("nowhere").ToUri(), "DatabaseNotFound");
    }

    [Fact]
    public async Task A_pg_dump_older_than_the_server_is_refused()
    {
        var cluster = await clusters.ClusterAsync();
        await bench.ReplacePgDumpAsync(cluster.BinDirectory, "echo 'pg_dump (PostgreSQL) 9.6.24'");

        var error = await bench.FailAsync<ToolException>(cluster.Target.ToUri(), "ToolTooOld");

        Assert.Contains("9.6.24", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_pg_dump_is_an_error()
    {
        bench.Machine.Set("MINA_PG_BIN", bench.Machine.Root);
        await using var database = await clusters.CreateDatabaseAsync();

        await bench.FailAsync<ToolException>(database.Uri, "ToolMissing");
    }

    [Theory]
    [InlineData("data")]
    [InlineData("post-data")]
    public async Task A_killed_pg_dump_ends_the_backup_whichever_section_it_dumped(string section)
    {
        var cluster = await clusters.ClusterAsync();
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t AS SELECT i, repeat('x', 1000) FROM generate_series(1, 50000) i");
        await bench.ReplacePgDumpAsync(cluster.BinDirectory, $$"""case "$*" in *--section={{section}}*) "$REAL" "$@" | head -c 3000; kill -9 $$;; esac; exec "$REAL" "$@" """);

        await bench.FailAsync<ToolException>(database.Uri, "ToolKilled");
    }

    [Fact]
    public async Task Output_without_its_trailer_is_no_backup_though_pg_dump_said_so()
    {
        var cluster = await clusters.ClusterAsync();
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t AS SELECT generate_series(1, 50000) a");
        await bench.ReplacePgDumpAsync(cluster.BinDirectory, """case "$*" in *--section=data*) "$REAL" "$@" | head -c 100000; exit 0;; esac; exec "$REAL" "$@" """);

        await bench.FailAsync<IntegrityException>(database.Uri, "DumpIncomplete");
    }

    [Fact]
    public async Task A_server_that_dies_during_the_dump_is_named_as_the_cause()
    {
        await using var cluster = await EphemeralCluster.StartAsync(new EphemeralClusterOptions(), HostEnvironment.Current(), TestContext.Current.CancellationToken);
        var database = await TestDatabase.CreateAsync(cluster.Target, "doomed");
        await database.ExecuteAsync("CREATE TABLE t AS SELECT i, repeat('x', 1000) FROM generate_series(1, 50000) i");
        await bench.ReplacePgDumpAsync(
            cluster.BinDirectory,
            $$"""case "$*" in *--section=data*) "$REAL" "$@" | (head -c 100000; kill -QUIT {{cluster.ProcessId}}; cat); kill -9 0;; esac; exec "$REAL" "$@" """
                .Replace("kill -9 0", "wait; exit 1", StringComparison.Ordinal));

        var error = await Assert.ThrowsAnyAsync<MinaException>(() => bench.BackUpAsync(database.Uri));

        Assert.Contains(error.ErrorId, new[] { "ServerConnectionLost", "ToolFailed" });
        Assert.Empty(bench.Files);
    }

    [Fact]
    public async Task A_canceled_backup_leaves_nothing_behind()
    {
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t AS SELECT i, repeat('x', 1000) FROM generate_series(1, 50000) i");
        var cluster = await clusters.ClusterAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await bench.ReplacePgDumpAsync(cluster.BinDirectory, """case "$*" in *--section=data*) "$REAL" "$@" | head -c 100000; sleep 600;; esac; exec "$REAL" "$@" """);
        var backup = bench.BackUpAsync(database, cancellationToken: stop.Token);
        await Eventually.TrueAsync(() => bench.Observer.Reports.Any(report => report.Stage == "Dumping"), "the dump's begin");
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backup);
        Assert.Empty(bench.Files);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'mina%'"));
    }
}
