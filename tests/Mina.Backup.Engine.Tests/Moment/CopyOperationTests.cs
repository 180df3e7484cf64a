using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Moment;

public sealed class CopyOperationTests(ClusterFixture clusters)
{
    private static readonly Func<PitrCopyRequest, PitrCopyRequest> CountOnly = request => request with { CountOnly = true };

    [Fact]
    public async Task Deleted_rows_come_back_in_the_order_of_foreign_keys_and_later_ones_stay()
    {
        await using var scene = await RowsScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("""
            DELETE FROM users WHERE id <= 100;
            INSERT INTO users (name) VALUES ('later');
            INSERT INTO sessions (user_id, title, minutes) VALUES (301, 'later', 5);
            UPDATE users SET name = 'renamed since' WHERE id = 200;
            """);
        // Children first, to show that their order is not the operator's affair.
        string[] tables = ["segments", "sessions", "users"];

        var counted = await scene.CopyAsync(PitrCopyMode.Missing, tables, CountOnly);
        Assert.Equal(201, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM users"));
        var copied = await scene.CopyAsync(PitrCopyMode.Missing, tables);

        Assert.Equal([("public.users", 100L), ("public.sessions", 300L), ("public.segments", 900L)], copied.Select(table => (table.Table, table.Inserted)));
        Assert.Equal(counted.Select(table => (table.Table, table.Inserted, table.Updated, table.Skipped)), copied.Select(table => (table.Table, table.Inserted, table.Updated, table.Skipped)));
        Assert.All(counted, table => Assert.False(table.IsApplied));
        Assert.All(copied, table => Assert.Equal((true, 0L, 0L, 0L), (table.IsApplied, table.Updated, table.Skipped, table.Altered)));
        foreach (var (table, condition) in new[] { ("users", "id <= 300 AND id <> 200"), ("sessions", "id <= 900"), ("segments", "true") })
        {
            Assert.Equal(await RowsScene.ContentAsync(scene.Branch, table, condition), await RowsScene.ContentAsync(scene.Live, table, condition));
        }

        Assert.Equal("renamed since", await scene.Live.ScalarAsync<string>("SELECT name FROM users WHERE id = 200"));
        Assert.Equal(1, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM sessions WHERE title = 'later'"));
        // A second run finds nothing to do.
        Assert.All(await scene.CopyAsync(PitrCopyMode.All, ["segments", "sessions"]), table => Assert.Equal((0L, 0L), (table.Inserted, table.Updated)));
    }

    [Fact]
    public async Task A_bad_update_is_undone_where_it_was_asked_for_and_nowhere_else()
    {
        await using var scene = await RowsScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("""
            UPDATE segments SET body = 'oops', moods = NULL, extra = NULL, doc = NULL, raw = '' ;
            DELETE FROM segments WHERE session_id = 7;
            UPDATE texts SET v = 0;
            """);

        var some = Assert.Single(await scene.CopyAsync(PitrCopyMode.Changed, ["segments"], request => request with { Where = "session_id <= 100" }));
        Assert.Equal((0L, 297L, 0L), (some.Inserted, some.Updated, some.Altered));
        Assert.Equal(await RowsScene.ContentAsync(scene.Branch, "segments", "session_id <= 100 AND session_id <> 7"), await RowsScene.ContentAsync(scene.Live, "segments", "session_id <= 100"));
        Assert.Equal(2400, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM segments WHERE body = 'oops'"));

        var rest = await scene.CopyAsync(PitrCopyMode.All, ["segments", "texts"]);
        Assert.Equal([(3L, 2400L), (0L, 300L)], rest.Select(table => (table.Inserted, table.Updated)));
        Assert.Equal(await RowsScene.ContentAsync(scene.Branch, "segments"), await RowsScene.ContentAsync(scene.Live, "segments"));
        Assert.Equal(await RowsScene.ContentAsync(scene.Branch, "texts"), await RowsScene.ContentAsync(scene.Live, "texts"));
    }

    [Fact]
    public async Task After_a_truncation_rows_return_sequences_advance_and_conflicts_are_left_alone()
    {
        await using var scene = await RowsScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("""
            TRUNCATE users, sessions, segments, parted, keyless RESTART IDENTITY;
            INSERT INTO users (name, email) VALUES ('new one', 'u77@example.com'), ('new two', NULL);
            INSERT INTO keyless VALUES (NULL, NULL), (5, 'later');
            """);

        string[] tables = ["users", "keyless", "parted"];
        var counted = await scene.CopyAsync(PitrCopyMode.Missing, tables, CountOnly);
        var copied = await scene.CopyAsync(PitrCopyMode.Missing, tables);

        // Ids 1 and 2 are taken by new rows; user 77's address is, too.
        Assert.Equal([("public.users", 297L, 1L), ("public.keyless", 201L, 0L), ("public.parted", 200L, 0L)], copied.Select(table => (table.Table, table.Inserted, table.Skipped)));
        Assert.Equal(copied.Select(table => (table.Inserted, table.Skipped)), counted.Select(table => (table.Inserted, table.Skipped)));
        Assert.Equal("new one", await scene.Live.ScalarAsync<string>("SELECT name FROM users WHERE id = 1"));
        Assert.Equal(["public.users_id_seq=301"], copied[0].Sequences);
        Assert.Equal(301, await scene.Live.ScalarAsync<int>("INSERT INTO users (name) VALUES ('next') RETURNING id"));
        Assert.Equal(203, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM keyless"));
        Assert.Contains(scene.Observer.Warnings, text => text.StartsWith("1 missing rows of public.users stayed out", StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<RestoreException>(() => scene.CopyAsync(PitrCopyMode.Missing, ["segments"]));
        Assert.Equal(("ReferencedRowsMissing", "23503"), (refused.ErrorId, refused.SqlState));
        Assert.Equal(0, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM segments"));
        Assert.Equal("TableHasNoKey", (await Assert.ThrowsAsync<RestoreException>(() => scene.CopyAsync(PitrCopyMode.All, ["keyless"]))).ErrorId);
    }

    [Fact]
    public async Task A_dropped_table_is_made_anew_with_all_that_belongs_to_it()
    {
        await using var scene = await RowsScene.CreateAsync(clusters, """
            CREATE VIEW long_sessions AS SELECT * FROM sessions WHERE minutes > 60;
            CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := NEW.title || '!'; RETURN NEW; END $$;
            CREATE TRIGGER stamp BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION stamp();
            """);
        await scene.Live.ExecuteAsync("DROP TABLE sessions CASCADE; DROP TABLE parted");

        var counted = await scene.CopyAsync(PitrCopyMode.Missing, ["sessions", "parted"], CountOnly);
        Assert.Equal([("public.sessions", 900L, true), ("public.parted", 200L, true)], counted.Select(table => (table.Table, table.Inserted, table.IsTableCreated)));
        Assert.True(await scene.Live.ScalarAsync<bool>("SELECT to_regclass('sessions') IS NULL"));
        var copied = await scene.CopyAsync(PitrCopyMode.Missing, ["sessions", "parted"]);

        Assert.Equal(counted.Select(table => (table.Inserted, table.IsTableCreated)), copied.Select(table => (table.Inserted, table.IsTableCreated)));
        foreach (var table in (string[])["sessions", "parted", "segments"])
        {
            Assert.Equal(await RowsScene.ContentAsync(scene.Branch, table), await RowsScene.ContentAsync(scene.Live, table));
            const string Parts = """
                SELECT string_agg(d, E'\n' ORDER BY d) FROM (
                    SELECT pg_get_indexdef(indexrelid) d FROM pg_index WHERE indrelid = 'TABLE'::regclass
                    UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'TABLE'::regclass
                    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'TABLE'::regclass AND NOT tgisinternal) x
                """;
            var sql = Parts.Replace("TABLE", table, StringComparison.Ordinal);
            Assert.Equal(await scene.Branch.ScalarAsync<string>(sql), await scene.Live.ScalarAsync<string>(sql));
        }

        Assert.Equal(901, await scene.Live.ScalarAsync<int>("INSERT INTO sessions (user_id, title) VALUES (1, 'next') RETURNING id"));
        Assert.Contains(scene.Observer.Warnings, text => text.Contains("public.long_sessions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Triggers_fire_unless_asked_not_to_and_what_they_change_is_told()
    {
        await using var scene = await RowsScene.CreateAsync(clusters, """
            CREATE TABLE audit (what text);
            CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.audit VALUES (TG_OP || NEW.id); NEW.name := NEW.name || ' (touched)'; RETURN NEW; END $$;
            CREATE TRIGGER watch BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION watch();
            ALTER TABLE users ENABLE ALWAYS TRIGGER watch;
            """);
        await scene.Live.ExecuteAsync("DELETE FROM users WHERE id IN (3, 4)");

        var fired = Assert.Single(await scene.CopyAsync(PitrCopyMode.Missing, ["users"]));
        Assert.Equal((2L, 2L), (fired.Inserted, fired.Altered));
        Assert.Equal(2, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM audit"));

        var quiet = Assert.Single(await scene.CopyAsync(PitrCopyMode.All, ["users"], request => request with { DisableTriggers = true }));
        Assert.Equal((0L, 2L, 0L), (quiet.Inserted, quiet.Updated, quiet.Altered));
        Assert.Equal(2, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM audit"));
        Assert.Equal("A", await scene.Live.ScalarAsync<string>("SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'watch'"));
        Assert.Equal(await RowsScene.ContentAsync(scene.Branch, "users"), await RowsScene.ContentAsync(scene.Live, "users"));
    }

    [Fact]
    public async Task A_database_is_not_copied_into_itself()
    {
        await using var scene = await RowsScene.CreateAsync(clusters);

        var same = await Assert.ThrowsAsync<ConfigurationException>(() => scene.CopyAsync(PitrCopyMode.Missing, ["users"], request => request with { Database = scene.Branch.Uri }));

        Assert.Equal("BranchIsLive", same.ErrorId);
    }

    [Fact]
    public async Task Tables_are_exported_as_csv_that_copy_reads_back()
    {
        await using var scene = await RowsScene.CreateAsync(clusters);
        var folder = Path.Combine(scene.Machine.Root, "csv");

        var exports = await scene.ExportAsync(["segments", "users"], folder);

        Assert.Equal([("public.segments", 2700L), ("public.users", 300L)], exports.Select(export => (export.Table, export.Rows)));
        Assert.Equal([Path.Combine(folder, "segments.csv"), Path.Combine(folder, "users.csv")], Directory.EnumerateFiles(folder).Order());
        Assert.All(exports, export => Assert.Equal(export.Size, new FileInfo(export.Path).Length));
        if (!OperatingSystem.IsWindows())
        {
            foreach (var export in exports)
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(export.Path));
            }
        }

        await scene.Live.ExecuteAsync("TRUNCATE segments");
        await using (var connection = await scene.Live.OpenAsync())
        {
            await using var writer = await connection.BeginTextImportAsync("COPY segments FROM STDIN (FORMAT csv, HEADER true)", RowsScene.Token);
            await writer.WriteAsync(await File.ReadAllTextAsync(exports[0].Path, RowsScene.Token));
        }

        Assert.Equal(await RowsScene.ContentAsync(scene.Branch, "segments"), await RowsScene.ContentAsync(scene.Live, "segments"));
        Assert.Equal("ObjectExists", (await Assert.ThrowsAsync<StorageException>(() => scene.ExportAsync(["users"], folder))).ErrorId);
        Assert.Equal(9, Assert.Single(await scene.ExportAsync(["users"], folder, "id < 10", force: true)).Rows);
    }
}
