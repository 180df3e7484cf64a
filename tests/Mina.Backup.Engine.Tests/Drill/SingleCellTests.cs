using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Tests.Dump;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Drill;

/// <summary>
/// One cell of a great table changed by as little as its type allows, again and again; the comparison of a drill must tell every time. With <c>MINA_CELL_CHANGES</c> set there are so
/// many changes in a million rows: tests/Benchmarks/DrillSabotage.sh does 200.
/// </summary>
public sealed class SingleCellTests(ClusterFixture clusters)
{
    private const int Seed = 6;

    private static readonly (string Column, string Changed)[] Cells =
    [
        ("n", "n # 1"),
        ("big", "big + 1"),
        ("text", "translate(text, 'aeiou', 'eioua')"),
        ("text", "text || ' '"),
        ("text", "upper(text)"),
        ("text", "NULL"),
        ("price", "price + 0.01"),
        ("at", "at + interval '1 microsecond'"),
        ("flag", "NOT flag"),
        ("real", "real * (1 + 3e-16::float8)"),
        ("raw", "set_bit(raw, 3, 1 - get_bit(raw, 3))"),
        ("doc", "doc || '{\"k\": null}'"),
        ("list", "list || 0"),
    ];

    [Fact]
    public async Task Every_changed_cell_is_told()
    {
        var asked = Environment.GetEnvironmentVariable("MINA_CELL_CHANGES");
        var (changes, rows) = asked is null ? (Cells.Length, 100_000) : (int.Parse(asked, CultureInfo.InvariantCulture), 1_000_000);
        using var bench = new BackupBench();
        await using var database = await clusters.CreateDatabaseAsync($$"""
            CREATE TABLE cells AS SELECT g AS id, g % 1000 AS n, g::int8 * 7919 AS big, 'value ' || md5(g::text) AS text, (g % 9999) / 100.0 AS price,
              '2026-01-01'::timestamptz + g * interval '1 second' AS at, g % 3 = 0 AS flag, g / 7.0::float8 AS real, decode(md5((g + 1)::text), 'hex') AS raw,
              jsonb_build_object('k', g % 50) AS doc, ARRAY[g % 5, g % 7] AS list
            FROM generate_series(1, {{rows}}) g;
            ALTER TABLE cells ADD PRIMARY KEY (id);
            """);
        var index = await bench.ReadIndexAsync(await bench.BackUpAsync(database, request => request with { SkipVerification = true, SkipGlobals = true }));
        await using var first = await OpenAsync(database);
        await using var second = await OpenAsync(database);
        var prover = new CopyProver([new NpgsqlCopyOut(first), new NpgsqlCopyOut(second)]);
        async Task<CheckOutcome> ProveAsync() => (await prover.ProveContentAsync(index, static _ => { }, Cancel)).Outcome;

        Assert.Equal(CheckOutcome.Passed, await ProveAsync());
        var random = new Random(Seed);
        var told = 0;
        for (var change = 0; change < changes; change++)
        {
            var (column, expression) = Cells[change % Cells.Length];
            var id = random.Next(1, rows + 1);
            await database.ExecuteAsync($"CREATE TABLE kept AS SELECT * FROM cells WHERE id = {id}; UPDATE cells SET {column} = {expression} WHERE id = {id}");
            Assert.Equal(1, await database.ScalarAsync<long>($"SELECT count(*) FROM cells c, kept k WHERE c.id = k.id AND c::text <> k::text"));
            told += await ProveAsync() == CheckOutcome.Failed ? 1 : 0;
            await database.ExecuteAsync($"UPDATE cells c SET {column} = k.{column} FROM kept k WHERE c.id = k.id; DROP TABLE kept");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{told} of {changes} changed cells in {rows} rows were told.");
        Assert.Equal(changes, told);
        Assert.Equal(CheckOutcome.Passed, await ProveAsync());
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<NpgsqlConnection> OpenAsync(TestDatabase database) => new PostgresConnector(database.Target).OpenPinnedAsync(Cancel);
}
