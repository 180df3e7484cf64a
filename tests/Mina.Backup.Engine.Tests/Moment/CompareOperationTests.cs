using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Moment;

public sealed class CompareOperationTests(ClusterFixture clusters)
{
    [Fact]
    public async Task Equal_tables_are_identical_whatever_their_keys_and_types()
    {
        await using var scene = await RowsScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("UPDATE sessions SET minutes = minutes; UPDATE texts SET v = v");
        await scene.Live.ExecuteAsync("VACUUM FULL segments");

        var all = await scene.CompareAsync([]);

        Assert.Equal(["public.keyless", "public.parted", "public.segments", "public.sessions", "public.texts", "public.users"], all.Select(table => table.Table));
        Assert.All(all, table => Assert.True(table.IsIdentical, $"{table}: {string.Join("; ", table.Samples)}"));
        Assert.Equal([202, 200, 2700, 900, 300, 300], all.Select(table => table.BranchRows));
        Assert.Equal(["hours"], all.Single(table => table.Table == "public.sessions").SkippedColumns);
    }

    [Fact]
    public async Task Missing_changed_and_extra_rows_are_counted_and_shown()
    {
        await using var scene = await RowsScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("""
            DELETE FROM segments WHERE session_id BETWEEN 10 AND 19;
            UPDATE segments SET body = NULL, doc = '{}' WHERE session_id = 30;
            INSERT INTO segments (session_id, number) SELECT 40, g FROM generate_series(100, 107) g;
            DELETE FROM texts WHERE k IN ('ä', '😀', '');
            UPDATE texts SET v = -v WHERE k = 'Zoë';
            INSERT INTO texts VALUES ('Ö', '00000000-0000-0000-0000-000000000001', 1.5, 2);
            UPDATE parted SET at = '2026-05-06' WHERE k = 2;
            """);

        var all = await scene.CompareAsync(["public.segments", "texts", "parted"]);

        Assert.Equal([(30L, 3L, 8L), (90L, 30L, 1L), (1L, 0L, 1L)], all.Select(table => (table.Missing, table.Changed ?? -1, table.Extra)));
        Assert.Equal([(2700L, 2678L), (300L, 211L), (200L, 200L)], all.Select(table => (table.BranchRows, table.LiveRows)));
        Assert.Equal(["session_id", "number"], all[0].Key);
        var changed = all[0].Samples.First(sample => sample.Difference == PitrRowDifference.Changed);
        Assert.Equal("Changed session_id=30, number=0: body, doc", changed.ToString());
        Assert.Contains(all[1].Samples, sample => sample.ToString() == "Extra k=Ö, u=00000000-0000-0000-0000-000000000001, n=1.5");
        Assert.Equal(15, all[0].Samples.Count + 2);
    }

    [Fact]
    public async Task A_table_without_a_key_is_compared_by_whole_rows_duplicates_included()
    {
        await using var scene = await RowsScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless WHERE a = 3); UPDATE keyless SET b = 'other' WHERE a IS NULL; INSERT INTO keyless VALUES (1, 'row 1')");

        var keyless = Assert.Single(await scene.CompareAsync(["keyless"]));

        Assert.Empty(keyless.Key);
        Assert.Null(keyless.Changed);
        Assert.Equal((3L, 3L), (keyless.Missing, keyless.Extra));
        Assert.Contains(keyless.Samples, sample => sample.ToString() == "Missing (,)");
    }

    [Fact]
    public async Task A_condition_limits_both_sides()
    {
        await using var scene = await RowsScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("DELETE FROM sessions WHERE id IN (5, 700); UPDATE sessions SET title = 'x' WHERE id IN (6, 800); INSERT INTO sessions (id, user_id, at) VALUES (5000, 1, now())");

        var low = Assert.Single(await scene.CompareAsync(["sessions"], "id < 100"));
        var titled = Assert.Single(await scene.CompareAsync(["sessions"], "title LIKE 'session%'"));

        Assert.Equal((99L, 98L, 1L, 1L, 0L), (low.BranchRows, low.LiveRows, low.Missing, low.Changed ?? -1, low.Extra));
        Assert.Equal((2L, 2L, 0L), (titled.Missing, titled.Changed ?? -1, titled.Extra));
    }

    [Fact]
    public async Task What_cannot_be_compared_is_refused()
    {
        await using var scene = await RowsScene.CreateAsync(clusters, "CREATE SCHEMA other; CREATE TABLE other.users (id int PRIMARY KEY);");
        await scene.Live.ExecuteAsync("ALTER TABLE sessions ALTER title TYPE text; ALTER TABLE segments DROP CONSTRAINT segments_pkey; DROP TABLE texts; ALTER TABLE parted ADD COLUMN fresh int, DROP COLUMN v");

        Assert.Equal("TableDiffers", (await Assert.ThrowsAsync<RestoreException>(() => scene.CompareAsync(["sessions"]))).ErrorId);
        Assert.Equal("TableDiffers", (await Assert.ThrowsAsync<RestoreException>(() => scene.CompareAsync(["segments"]))).ErrorId);
        Assert.Equal("TableAmbiguous", (await Assert.ThrowsAsync<ConfigurationException>(() => scene.CompareAsync(["users"]))).ErrorId);
        Assert.Equal("TableNotFound", (await Assert.ThrowsAsync<CatalogException>(() => scene.CompareAsync(["nothing"]))).ErrorId);
        Assert.Equal("42703", (await Assert.ThrowsAsync<ServerException>(() => scene.CompareAsync(["keyless"], "nothing = 1"))).SqlState);
        var lost = Assert.Single(await scene.CompareAsync(["\"texts\""]));
        Assert.Equal((false, 300L, 0L, false), (lost.IsInLive, lost.Missing, lost.LiveRows, lost.IsIdentical));
        var grown = Assert.Single(await scene.CompareAsync(["parted"]));
        Assert.Equal(["v", "fresh"], grown.SkippedColumns);
        Assert.True(grown.IsIdentical);
    }
}
