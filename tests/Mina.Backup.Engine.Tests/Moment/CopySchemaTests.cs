using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Moment;

/// <summary>Rows of schemas that are less simple than they look.</summary>
public sealed class CopySchemaTests(ClusterFixture clusters)
{
    [Fact]
    public async Task Foreign_keys_that_go_in_a_circle_or_wait_for_the_end_hold_and_are_what_they_were()
    {
        await using var scene = await RowsScene.CreateAsync(clusters, """
            CREATE TABLE people (id int PRIMARY KEY, boss int REFERENCES people, team int NOT NULL);
            CREATE TABLE teams (id int PRIMARY KEY, head int NOT NULL REFERENCES people ON DELETE CASCADE);
            INSERT INTO people SELECT g, NULLIF(g - 1, 0), 1 + g % 5 FROM generate_series(1, 20) g;
            INSERT INTO teams SELECT g, g FROM generate_series(1, 5) g;
            ALTER TABLE people ADD FOREIGN KEY (team) REFERENCES teams ON DELETE CASCADE;
            CREATE TABLE notes (id int PRIMARY KEY, person int REFERENCES people DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO notes SELECT g, g FROM generate_series(1, 20) g;
            CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'must not fire'; END $$;
            CREATE TRIGGER quiet BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION quiet();
            """);
        const string Keys = "SELECT string_agg(conname || condeferrable || condeferred || convalidated, ',' ORDER BY conname) FROM pg_constraint WHERE contype = 'f'";
        var keys = await scene.Live.ScalarAsync<string>(Keys);
        await scene.Live.ExecuteAsync("DELETE FROM notes; TRUNCATE people, teams, notes");

        var counted = await scene.CopyAsync(PitrCopyMode.Missing, ["notes", "people", "teams"], request => request with { CountOnly = true });
        var copied = await scene.CopyAsync(PitrCopyMode.Missing, ["notes", "people", "teams"], request => request with { DisableTriggers = true });

        Assert.Equal(45, copied.Sum(table => table.Inserted));
        Assert.Equal(counted.Select(table => (table.Table, table.Inserted)), copied.Select(table => (table.Table, table.Inserted)));
        foreach (var table in (string[])["people", "teams", "notes"])
        {
            Assert.Equal(await RowsScene.ContentAsync(scene.Branch, table), await RowsScene.ContentAsync(scene.Live, table));
        }

        Assert.Equal(keys, await scene.Live.ScalarAsync<string>(Keys));
        Assert.Equal("O", await scene.Live.ScalarAsync<string>("SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'quiet'"));

        // Half of the circle refers to what is not there: nothing is changed, the keys included.
        await scene.Live.ExecuteAsync("TRUNCATE people, teams, notes");
        Assert.Equal("ReferencedRowsMissing", (await Assert.ThrowsAsync<RestoreException>(() => scene.CopyAsync(PitrCopyMode.Missing, ["people", "teams"], request => request with { Where = "id > 3" }))).ErrorId);
        Assert.Equal((0L, keys), (await scene.Live.ScalarAsync<long>("SELECT count(*) FROM people"), await scene.Live.ScalarAsync<string>(Keys)));
    }

    [Fact]
    public async Task Rows_of_a_table_that_inherits_are_that_tables_alone()
    {
        await using var scene = await RowsScene.CreateAsync(clusters, """
            CREATE TABLE place (id int PRIMARY KEY, name text);
            CREATE TABLE city (mayor text, PRIMARY KEY (id)) INHERITS (place);
            INSERT INTO place SELECT g, 'place ' || g FROM generate_series(1, 10) g;
            INSERT INTO city SELECT g, 'city ' || g, 'mayor ' || g FROM generate_series(5, 20) g;
            """);
        await scene.Live.ExecuteAsync("DELETE FROM place WHERE id > 7; UPDATE place SET name = 'oops' WHERE id BETWEEN 4 AND 6");

        var compared = await scene.CompareAsync(["place", "city"]);
        Assert.Equal([(10L, 3L, 3L), (16L, 13L, 2L)], compared.Select(table => (table.BranchRows, table.Missing, table.Changed!.Value)));
        var copied = await scene.CopyAsync(PitrCopyMode.All, ["place", "city"]);

        Assert.Equal([(3L, 3L), (13L, 2L)], copied.Select(table => (table.Inserted, table.Updated)));
        foreach (var table in (string[])["ONLY place", "ONLY city", "place"])
        {
            Assert.Equal(await RowsScene.ContentAsync(scene.Branch, table), await RowsScene.ContentAsync(scene.Live, table));
        }

        Assert.Equal(10, Assert.Single(await scene.ExportAsync(["place"], Path.Combine(scene.Machine.Root, "csv"))).Rows);
    }

    [Theory]
    [InlineData("ALTER TABLE odd ADD UNIQUE (code)", 1)]
    [InlineData("ALTER TABLE odd ADD UNIQUE (code) DEFERRABLE", 1)]
    [InlineData("ALTER TABLE odd ADD UNIQUE (code) DEFERRABLE INITIALLY DEFERRED", 1)]
    [InlineData("CREATE UNIQUE INDEX ON odd (lower(code)) WHERE id < 100", 1)]
    [InlineData("CREATE UNIQUE INDEX ON odd (doubled)", 1)]
    [InlineData("CREATE UNIQUE INDEX ON odd (moods)", 1)]
    [InlineData("CREATE UNIQUE INDEX ON odd (nothing, code)", 0)]
    [InlineData("CREATE UNIQUE INDEX ON odd (late)", 0)]
    public async Task Rows_that_meet_a_unique_value_stay_out_and_are_counted_beforehand(string index, int conflicts)
    {
        await using var scene = await RowsScene.CreateAsync(clusters, """
            CREATE TABLE odd (id int PRIMARY KEY, code text, number int, doubled int GENERATED ALWAYS AS (number * 2) STORED, moods mood[], nothing int);
            INSERT INTO odd (id, code, number, moods) SELECT g, 'c' || g, g, array_fill('sad'::mood, ARRAY[g]) FROM generate_series(1, 9) g;
            """);
        await scene.Live.ExecuteAsync($"ALTER TABLE odd ADD late int; {index}; DELETE FROM odd WHERE id > 4; INSERT INTO odd (id, code, number, moods) VALUES (50, 'c7', 7, array_fill('sad'::mood, ARRAY[7]))");

        var counted = Assert.Single(await scene.CopyAsync(PitrCopyMode.Missing, ["odd"], request => request with { CountOnly = true }));
        var copied = Assert.Single(await scene.CopyAsync(PitrCopyMode.Missing, ["odd"]));

        Assert.Equal((5L - conflicts, (long)conflicts), (copied.Inserted, copied.Skipped));
        Assert.Equal((copied.Inserted, copied.Skipped), (counted.Inserted, counted.Skipped));
        Assert.Equal(10 - conflicts, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM odd"));
    }
}
