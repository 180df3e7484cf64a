using System.Diagnostics;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Dump;

/// <summary>Large tables that are read in pieces over several sessions.</summary>
public sealed class PieceDumpTests(ClusterFixture fixture)
{
    // Plain rows; few rows with large values elsewhere; a name that must be quoted, a generated and a dropped column; one that is too small.
    private const string Schema =
        """"
        CREATE TABLE plain AS SELECT g AS id, repeat(md5(g::text), 6) AS t FROM generate_series(1, 100000) g;
        DELETE FROM plain WHERE id % 7 = 0;
        CREATE TABLE toasted (id int, v text);
        ALTER TABLE toasted ALTER v SET STORAGE EXTERNAL;
        INSERT INTO toasted SELECT g, repeat(md5(g::text) || E'\\\t', 30000) FROM generate_series(1, 30) g;
        CREATE TABLE "odd ""name""" (gone int, "a b" int, twice int GENERATED ALWAYS AS ("a b" * 2) STORED, filler text DEFAULT repeat('x', 300));
        ALTER TABLE "odd ""name""" DROP COLUMN gone;
        INSERT INTO "odd ""name""" ("a b") SELECT g FROM generate_series(1, 60000) g;
        CREATE TABLE small AS SELECT g AS id FROM generate_series(1, 10) g;
        CREATE TABLE empty (id int);
        """";

    [Fact]
    public async Task Rows_and_fingerprints_are_those_of_a_backup_by_pg_dump_alone()
    {
        await using var database = await fixture.CreateDatabaseAsync(Schema);
        using var bench = new BackupBench();

        var alone = await bench.BackUpAsync(database, request => request with { Jobs = 1 });
        var beside = await bench.BackUpAsync(database, request => request with { Jobs = 3 });

        Assert.Equal(CheckOutcome.Passed, beside.Verification?.Outcome);
        var expected = await bench.ReadIndexAsync(alone);
        var actual = await bench.ReadIndexAsync(beside);
        Assert.Equal(Contents(expected), Contents(actual));
        Assert.InRange(actual.Members.Where(member => member.Run is not null).Select(member => member.Run).Distinct().Count(), 7, 40);
        Assert.Equal(Enumerable.Range(0, actual.Members.Max(member => member.Run ?? 0) + 1), actual.Members.Select(member => member.Run).OfType<int>().Distinct());
    }

    [Fact]
    public async Task The_file_is_one_plain_dump_that_psql_restores()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a Unix shell.");
        await using var database = await fixture.CreateDatabaseAsync(Schema);
        await using var copy = await fixture.CreateDatabaseAsync();
        using var bench = new BackupBench();
        var backup = await bench.BackUpAsync(database, request => request with { Jobs = 2 });

        using var psql = Process.Start("sh", ["-c", $"gunzip -c '{backup.Path}' | psql -Xq -v ON_ERROR_STOP=1 -d '{copy.Uri}' >/dev/null"]);
        await psql.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, psql.ExitCode);
        const string Content = """"
            SELECT string_agg(h, ' ' ORDER BY h) FROM (
                SELECT md5(string_agg(p::text, '' ORDER BY id)) AS h FROM plain p
                UNION ALL SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM toasted t
                UNION ALL SELECT md5(string_agg(o::text, '' ORDER BY "a b")) FROM "odd ""name""" o) x
            """";
        Assert.Equal(await database.ScalarAsync<string>(Content), await copy.ScalarAsync<string>(Content));
    }

    [Fact]
    public async Task A_truncation_during_the_backup_empties_nothing()
    {
        await using var database = await fixture.CreateDatabaseAsync(Schema);
        using var bench = new BackupBench();
        var truncated = Task.Run(TruncateAsync, TestContext.Current.CancellationToken);
        async Task TruncateAsync()
        {
            await Eventually.TrueAsync(() => bench.Observer.Reports.Any(report => report.Stage == "Dumping"), "the dump's begin", TimeSpan.FromMilliseconds(1));
            await database.ExecuteAsync("TRUNCATE plain, toasted");
        }

        var backup = await bench.BackUpAsync(database, request => request with { Jobs = 2 });
        await truncated;

        var index = await bench.ReadIndexAsync(backup);
        Assert.Equal(100000 - (100000 / 7), index.Tables.Single(table => table.Name == "public.plain").Rows);
        Assert.Equal(30, index.Tables.Single(table => table.Name == "public.toasted").Rows);
    }

    private static IEnumerable<(string, string, long, long, TableFingerprint)> Contents(BackupIndex index) =>
        index.Tables.Select(table => (table.Name, table.Columns, table.Rows, table.Bytes, table.Fingerprint)).OrderBy(table => table.Name, StringComparer.Ordinal);
}
