using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Tests.Dump;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class EarlyProofTests(ClusterFixture clusters)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tables_are_compared_on_idle_lanes_only_and_the_proof_goes_on_where_it_stopped()
    {
        await using var scene = await Scene.CreateAsync(clusters);
        await using var early = scene.Start();
        early.Loaded(scene.IdOf("public.a"));
        await ReachedAsync(() => early.Rows == 100);

        using (early.Occupy())
        using (early.Occupy())
        {
            early.Loaded(scene.IdOf("public.b"));
            // A partitioned table is read as several.
            early.Loaded(scene.IdOf("public.p"));
            await Task.Delay(200, Cancel);
            Assert.Equal(100, early.Rows);
        }

        await ReachedAsync(() => early.Rows == 300);
        var begun = await early.StopAsync();
        Assert.Equal(["public.c", "public.p"], begun.Unplanned.Select(id => scene.Index.Tables[id].Name).Order());

        long later = 0;
        var proof = await scene.ProveAsync(begun, rows => later += rows);
        Assert.Equal(CheckOutcome.Passed, proof.Outcome);
        Assert.Equal((400L, 100L), (proof.Rows, later));
    }

    [Fact]
    public async Task What_differs_is_told_whether_it_was_read_early_or_late()
    {
        await using var scene = await Scene.CreateAsync(clusters);
        await scene.Database.ExecuteAsync("UPDATE a SET v = 'other' WHERE id = 7; DELETE FROM b WHERE id = 7");
        await using var early = scene.Start();
        early.Loaded(scene.IdOf("public.a"));
        await ReachedAsync(() => early.Rows == 100);

        var proof = await scene.ProveAsync(await early.StopAsync(), static _ => { });

        Assert.Equal(CheckOutcome.Failed, proof.Outcome);
        Assert.Equal(["public.a", "public.b"], proof.Tables.Where(table => table.Outcome == CheckOutcome.Failed).Select(table => table.Table).Order());
    }

    [Fact]
    public async Task A_session_that_is_lost_fails_the_proof()
    {
        await using var scene = await Scene.CreateAsync(clusters);
        await using var early = scene.Start();
        early.Loaded(scene.IdOf("public.a"));
        await ReachedAsync(() => early.Rows == 100);
        Assert.Equal(1, await scene.Database.ScalarAsync<long>(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'COPY%'"));
        early.Loaded(scene.IdOf("public.b"));

        // The lane ends by itself; stopping it tells why.
        await Task.WhenAny(early.Completion);
        var lost = await Assert.ThrowsAnyAsync<Exception>(early.StopAsync);
        Assert.True(lost is ServerException or PostgresException, lost.ToString());
    }

    private static Task ReachedAsync(Func<bool> condition) => Eventually.TrueAsync(condition, "rows to be compared");

    private sealed class Scene(TestDatabase database, BackupBench bench, TestRun run, BackupIndex index, SessionOpener sessions) : IAsyncDisposable
    {
        public TestDatabase Database => database;

        public BackupIndex Index => index;

        public static async Task<Scene> CreateAsync(ClusterFixture clusters)
        {
            var database = await clusters.CreateDatabaseAsync("""
                CREATE TABLE a AS SELECT g AS id, 'a' || g AS v FROM generate_series(1, 100) g;
                CREATE TABLE b AS SELECT g AS id, 'b' || g AS v FROM generate_series(1, 200) g;
                CREATE TABLE c AS SELECT g AS id, 'c' || g AS v FROM generate_series(1, 50) g;
                CREATE TYPE kind AS ENUM ('x', 'y');
                CREATE TABLE p (id kind, v text) PARTITION BY HASH (id);
                CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
                CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1);
                INSERT INTO p SELECT (ARRAY['x', 'y'])[1 + g % 2]::kind, 'p' || g FROM generate_series(1, 50) g;
                """);
            var bench = new BackupBench();
            var index = await bench.ReadIndexAsync(await bench.BackUpAsync(database, request => request with { SkipGlobals = true }));
            var psql = await new ClientTools(bench.Machine.Environment).FindAsync("psql", 0, Cancel);
            await using var maintenance = await new PostgresConnector(database.Target).OpenPinnedAsync(Cancel);
            var (sessions, _) = await SessionOpener.CreateAsync(new TargetServer(database.Target), psql, maintenance, new Dictionary<string, string>(), Cancel);
            return new Scene(database, bench, new TestRun(bench.Machine), index, sessions);
        }

        public int IdOf(string table) => index.Tables.ToList().FindIndex(item => item.Name == table);

        public EarlyProof Start() => EarlyProof.Start(index, sessions, database.Name, 2, run.Context, Cancel);

        public async Task<RestoreProof> ProveAsync(ContentProof begun, Action<long> compared)
        {
            using var session = await sessions.OpenForCopyAsync(database.Name, Cancel);
            return await new CopyProver([new LibpqCopyOut(session)]).ProveAsync(index, begun, compared, Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            run.Dispose();
            bench.Dispose();
            await database.DisposeAsync();
        }
    }
}
