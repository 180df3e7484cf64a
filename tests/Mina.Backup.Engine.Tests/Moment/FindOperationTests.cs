using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Moment;

public sealed class FindOperationTests(MomentScene scene) : IClassFixture<MomentScene>
{
    [Fact]
    public async Task The_accident_is_the_first_row_whatever_it_was_and_whatever_goes_on_beside_it()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await database.ExecuteAsync("ANALYZE");
        await scene.RecordNamesAsync();
        uint delete, update, truncate, drop;
        await using (var load = MomentScene.StartLoad(database))
        {
            await load.MoreAsync(100);
            delete = await MomentScene.TransactAsync(database, "DELETE FROM sessions WHERE user_id < 300");
            await load.MoreAsync(20);
            update = await MomentScene.TransactAsync(database, "UPDATE users SET email = NULL");
            await load.MoreAsync(20);
            truncate = await MomentScene.TransactAsync(database, "TRUNCATE segments");
            await load.MoreAsync(20);
            drop = await MomentScene.TransactAsync(database, "DROP TABLE sessions CASCADE");
            await load.MoreAsync(20);
        }

        var deleted = (await scene.FindAsync(database, Tables("sessions"), Operations(TransactionOperation.Delete)))[0];
        Assert.Equal(delete, deleted.Xid);
        Assert.Equal(["public.segments (3588 deleted)", "public.sessions (1196 deleted)"], deleted.Tables.Select(table => table.ToString()));
        Assert.Equal(TransactionOperation.Delete, Assert.Single(deleted.Operations));
        Assert.True(deleted.EndLsn > deleted.CommitLsn);
        Assert.Equal(1u, deleted.Timeline);
        Assert.Equal(database.Name, deleted.Database);

        var updated = (await scene.FindAsync(database, Tables("users"), Operations(TransactionOperation.Update)))[0];
        Assert.Equal(update, updated.Xid);
        Assert.True(updated.Updated >= 500);

        var truncated = Assert.Single(await scene.FindAsync(database, Operations(TransactionOperation.Truncate)));
        Assert.Equal(truncate, truncated.Xid);
        Assert.Equal(("public.segments", true, false, 6000L), Assert.Single(truncated.Tables.Select(table => (table.Table, table.IsTruncated, table.IsDropped, table.EstimatedRows ?? -1))));

        var dropped = Assert.Single(await scene.FindAsync(database, Tables("sessions"), Operations(TransactionOperation.Drop)));
        Assert.Equal(drop, dropped.Xid);
        Assert.Equal(("public.sessions", false, true), Assert.Single(dropped.Tables.Select(table => (table.Table, table.IsTruncated, table.IsDropped))));

        // Without any condition the four accidents come before everything that the writers did.
        var all = await scene.FindAsync(database, request => request with { First = 6 });
        Assert.Equal(6, all.Count);
        Assert.Subset(all.Select(found => found.Xid).ToHashSet(), new HashSet<uint> { delete, update, truncate, drop });
    }

    [Fact]
    public async Task Subtransactions_and_prepared_transactions_count_for_the_top_one_and_what_was_rolled_back_for_nobody()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await scene.RecordNamesAsync();
        var nested = await MomentScene.TransactAsync(database, """
            DELETE FROM segments WHERE session_id <= 3;
            DO $$ BEGIN
              BEGIN UPDATE sessions SET title = 'x' WHERE id <= 40; EXCEPTION WHEN division_by_zero THEN NULL; END;
              BEGIN DELETE FROM sessions WHERE id > 100; RAISE EXCEPTION 'no'; EXCEPTION WHEN raise_exception THEN NULL; END;
              FOR i IN 1..70 LOOP BEGIN INSERT INTO users (name) VALUES ('s' || i); EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP;
            END $$
            """);
        await database.ExecuteAsync("BEGIN; DELETE FROM segments; ROLLBACK");
        await database.ExecuteAsync("BEGIN; UPDATE sessions SET minutes = 7 WHERE id <= 60; SAVEPOINT s; DELETE FROM segments WHERE session_id = 50; PREPARE TRANSACTION 'kept rmgr: Transaction'");
        await database.ExecuteAsync("BEGIN; DELETE FROM segments WHERE session_id > 1000; PREPARE TRANSACTION 'given up'");
        await database.ExecuteAsync("COMMIT PREPARED 'kept rmgr: Transaction'");
        await database.ExecuteAsync("ROLLBACK PREPARED 'given up'");

        var found = await scene.FindAsync(database, Tables("sessions", "segments"), Operations(TransactionOperation.Update, TransactionOperation.Delete));

        Assert.Equal(2, found.Count);
        var prepared = found.Single(item => item.IsPrepared);
        Assert.Equal("public.segments: 0, 3; public.sessions: 60, 0", Summary(prepared));
        var top = found.Single(item => !item.IsPrepared);
        Assert.Equal(nested, top.Xid);
        Assert.True(top.Subtransactions >= 71);
        Assert.Equal("public.segments: 0, 9; public.sessions: 40, 0; public.users: 0, 0", Summary(top));
        Assert.Equal(70, top.Inserted);
    }

    [Fact]
    public async Task A_commit_longer_than_a_segment_is_read_whole_wherever_the_log_is_cut()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE TABLE parts (i int)");
        await scene.RecordNamesAsync();
        const int Parts = 300_000;
        var xid = await MomentScene.TransactAsync(database, FormattableString.Invariant($"""
            DO $$ BEGIN FOR i IN 1..{Parts} LOOP BEGIN INSERT INTO parts VALUES (i); EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$
            """));

        // From here on the server is at the beginning of a segment of which nothing is written yet.
        await database.ExecuteAsync("SELECT pg_switch_wal()");

        // Each segment is read by itself.
        var found = Assert.Single(await scene.FindAsync(database, Tables("parts"), request => request with { Jobs = 32 }));

        Assert.Equal((xid, Parts, (long)Parts), (found.Xid, found.Subtransactions, found.Inserted));
        Assert.True(found.EndLsn.Value - found.CommitLsn.Value > 1 << 20);
    }

    [Fact]
    public async Task Long_values_count_for_their_table_and_rows_that_change_partition_are_no_deletes()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await scene.RecordNamesAsync();
        await using (var random = await database.OpenAsync())
        {
            await using var command = new Npgsql.NpgsqlCommand("UPDATE segments SET body = (SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 500)) WHERE session_id <= 5", random);
            await command.ExecuteNonQueryAsync(MomentScene.Token);
        }

        var moved = await MomentScene.TransactAsync(database, "UPDATE parted SET at = '2026-02-02' WHERE k <= 100 AND at < '2026-01-01'");
        var dropped = await MomentScene.TransactAsync(database, "DROP TABLE parted_old");

        var long_ = Assert.Single(await scene.FindAsync(database, Tables("segments"), Operations(TransactionOperation.Update)));
        Assert.Equal("public.segments: 15, 0", Summary(long_));
        Assert.Equal(0, long_.Inserted);

        // A partition is found by the name of its root, too.
        var update = Assert.Single(await scene.FindAsync(database, Tables("public.parted"), Operations(TransactionOperation.Update)));
        Assert.Equal(moved, update.Xid);
        Assert.Equal((50L, 0L, 50L), (update.Updated, update.Deleted, update.Inserted));
        Assert.All(update.Tables, table => Assert.Equal("public.parted", table.PartitionOf));
        Assert.Empty(await scene.FindAsync(database, Tables("parted*"), Operations(TransactionOperation.Delete)));
        Assert.Equal(dropped, Assert.Single(await scene.FindAsync(database, Tables("parted"), Operations(TransactionOperation.Drop))).Xid);
    }

    [Fact]
    public async Task A_table_is_found_by_every_name_it_had_and_shown_by_the_one_it_had_then()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await scene.RecordNamesAsync();
        var before = await MomentScene.TransactAsync(database, "DELETE FROM segments WHERE session_id < 100");
        await database.ExecuteAsync("ALTER TABLE segments RENAME TO \"Old segments\"");
        await scene.RecordNamesAsync();
        var after = await MomentScene.TransactAsync(database, "DELETE FROM \"Old segments\" WHERE session_id < 120");

        foreach (var name in (string[])["segments", "Old segments", "public.Old*"])
        {
            var found = await scene.FindAsync(database, Tables(name), Operations(TransactionOperation.Delete));
            Assert.Equal([(before, "public.segments"), (after, "public.\"Old segments\"")], found.Select(item => (item.Xid, item.Tables[0].Table)));
        }
    }

    [Fact]
    public async Task Without_a_record_of_its_name_a_table_that_is_gone_shows_as_its_file()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE TABLE fleeting (x int); INSERT INTO fleeting SELECT generate_series(1, 777)");
        var file = await database.ScalarAsync<string>("SELECT '1663/' || d.oid || '/' || pg_relation_filenode('fleeting') FROM pg_database d WHERE datname = current_database()");
        var gone = await MomentScene.TransactAsync(database, "DROP TABLE fleeting");

        var found = await scene.FindAsync(database, request => request with { Tables = [file], DatabaseNames = [] });

        Assert.Equal([gone, 777L], [found[0].Xid, found[1].Inserted]);
        Assert.Equal([file, file], found.SelectMany(item => item.Tables).Select(table => table.Table));
        Assert.True(found[0].Tables[0].IsDropped);
    }

    [Fact]
    public async Task A_table_that_gave_up_its_first_file_before_its_name_was_recorded_has_its_name()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE TABLE \"New one\" (x int, y text); INSERT INTO \"New one\" SELECT generate_series(1, 70)");
        var deleted = await MomentScene.TransactAsync(database, "DELETE FROM \"New one\" WHERE x < 8");
        await database.ExecuteAsync("VACUUM FULL \"New one\"");
        var emptied = await MomentScene.TransactAsync(database, "TRUNCATE \"New one\"");
        await scene.RecordNamesAsync();

        var found = await scene.FindAsync(database, request => request with { Tables = ["New one"], Operations = [TransactionOperation.Delete, TransactionOperation.Truncate] });

        Assert.Equal([emptied, deleted], found.Select(item => item.Xid));
        Assert.Equal(["public.\"New one\" (truncated)", "public.\"New one\" (7 deleted)"], found.Select(item => item.Tables[0].ToString()));
    }

    [Fact]
    public async Task A_rewrite_is_no_loss_and_catalogs_do_not_show()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await scene.RecordNamesAsync();
        var since = await database.ScalarAsync<DateTime>("SELECT clock_timestamp()");
        await database.ExecuteAsync("VACUUM FULL segments");
        await database.ExecuteAsync("ALTER TABLE sessions ALTER minutes TYPE bigint");
        await database.ExecuteAsync("CREATE TABLE scratch (x int); CREATE INDEX ON scratch (x); DROP TABLE scratch; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
        var emptied = await MomentScene.TransactAsync(database, "CREATE TABLE scratch (x int); TRUNCATE segments; DROP TABLE scratch");

        var found = await scene.FindAsync(database, request => request with { After = new DateTimeOffset(since) });

        Assert.Equal([emptied], found.Select(item => item.Xid));
        Assert.Equal("public.segments (truncated)", found[0].Tables[0].ToString());
    }

    [Fact]
    public async Task Time_limits_choose_segments_and_the_spool_serves_as_well_as_the_server()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await scene.RecordNamesAsync();
        var early = await MomentScene.TransactAsync(database, "DELETE FROM segments WHERE session_id < 50");
        await database.ExecuteAsync("CREATE TABLE filler AS SELECT g, repeat('x', 900) FROM generate_series(1, 5000) g");
        var late = await MomentScene.TransactAsync(database, "DELETE FROM segments WHERE session_id < 70");
        var last = await database.ScalarAsync<string>("SELECT pg_walfile_name(pg_switch_wal() - 1)");
        var both = await scene.FindAsync(database, Tables("segments"), Operations(TransactionOperation.Delete));
        Assert.Equal([early, late], both.Select(item => item.Xid));

        var spool = Directory.CreateDirectory(scene.Place.Spool!).FullName;
        foreach (var segment in Directory.EnumerateFiles(Path.Combine(scene.Cluster.DataDirectory, "pg_wal"))
            .Where(path => WalSegmentName.TryParse(Path.GetFileName(path), out _) && string.CompareOrdinal(Path.GetFileName(path), last) <= 0))
        {
            File.Copy(segment, Path.Combine(spool, Path.GetFileName(segment)), overwrite: true);
        }

        try
        {
            Func<FindTransactionRequest, FindTransactionRequest> offline = request => request with { ArchiveOnly = true, Database = null };
            var spooled = await scene.FindAsync(database, Tables("segments"), Operations(TransactionOperation.Delete), offline);
            Assert.Equivalent(both, spooled);
            Assert.Equal([late], (await scene.FindAsync(database, Tables("segments"), Operations(TransactionOperation.Delete), offline, request => request with { After = both[1].CommitTime })).Select(item => item.Xid));
            Assert.Equal([early], (await scene.FindAsync(database, Tables("segments"), Operations(TransactionOperation.Delete), offline, request => request with { Before = both[1].CommitTime })).Select(item => item.Xid));
            Assert.Empty(Directory.EnumerateDirectories(scene.Machine.Environment.TempDirectory, "mina-log-*"));
            await DamagedSegmentAsync(database, spool, both[1]);
        }
        finally
        {
            Directory.Delete(spool, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_that_cannot_be_asked_is_told_and_nothing_at_all_is_an_error()
    {
        await using var database = await scene.CreateDatabaseAsync();
        var request = new FindTransactionRequest { Archive = Path.Combine(scene.Machine.Root, "nowhere"), Database = "postgresql://nobody@127.0.0.1:1/x" };
        var observer = new QuietObserver();
        var missing = await Assert.ThrowsAsync<CatalogException>(() => scene.Engine.FindAsync(request, observer, MomentScene.Token));

        Assert.Equal("NoWalFound", missing.ErrorId);
        Assert.Contains(observer.Warnings, text => text.Contains("127.0.0.1:1", StringComparison.Ordinal));
        Assert.Equal("ServerUnreachable", (await Assert.ThrowsAsync<ServerException>(() => scene.Engine.FindAsync(request with { Archive = null }, observer, MomentScene.Token))).ErrorId);
        Assert.Equal("ArchiveNotGiven", (await Assert.ThrowsAsync<ConfigurationException>(() => scene.Engine.FindAsync(new FindTransactionRequest(), observer, MomentScene.Token))).ErrorId);
    }

    private static Func<FindTransactionRequest, FindTransactionRequest> Tables(params string[] names) => request => request with { Tables = names };

    private static Func<FindTransactionRequest, FindTransactionRequest> Operations(params TransactionOperation[] operations) => request => request with { Operations = operations };

    private static string Summary(WalTransaction transaction) =>
        string.Join("; ", transaction.Tables.OrderBy(table => table.Table, StringComparer.Ordinal).Select(table => FormattableString.Invariant($"{table.Table}: {table.Updated}, {table.Deleted}")));

    private async Task DamagedSegmentAsync(TestDatabase database, string spool, WalTransaction late)
    {
        var geometry = new WalGeometry(1 << 20);
        var name = geometry.NameAt(1, late.CommitLsn).ToString();
        var path = Path.Combine(spool, name);
        var bytes = await File.ReadAllBytesAsync(path, MomentScene.Token);
        var place = (int)(late.CommitLsn.Value % (1 << 20));
        bytes[place + 20] ^= 0x55;
        await File.WriteAllBytesAsync(path, bytes, MomentScene.Token);

        var damage = await Assert.ThrowsAsync<IntegrityException>(() => scene.FindAsync(database, request => request with { ArchiveOnly = true, Database = null }));
        Assert.Equal("WalDamaged", damage.ErrorId);
        Assert.Equal(name, damage.Target);
    }
}
