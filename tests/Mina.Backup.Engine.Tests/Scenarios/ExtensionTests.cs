using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class ExtensionTests(ScenarioFixture fixture) : Scenario(fixture)
{
    private static readonly Dictionary<string, string> Extension = new()
    {
        ["mina_torture.control"] = "comment = 'tables that pg_dump saves'\ndefault_version = '1.0'\nrelocatable = false\nschema = mina_torture\n",
        ["mina_torture--1.0.sql"] = """
            CREATE TABLE mina_torture.every_row (id int, v text);
            CREATE TABLE mina_torture.some_rows (id int, builtin bool, "odd; v" text);
            CREATE TABLE mina_torture.no_rows (id int);
            CREATE SEQUENCE mina_torture.counter;
            INSERT INTO mina_torture.some_rows SELECT g, true, 'builtin' FROM generate_series(1, 10) g;
            INSERT INTO mina_torture.no_rows SELECT generate_series(1, 5);
            SELECT pg_catalog.pg_extension_config_dump('mina_torture.every_row', '');
            SELECT pg_catalog.pg_extension_config_dump('mina_torture.some_rows', 'WHERE NOT builtin');
            SELECT pg_catalog.pg_extension_config_dump('mina_torture.counter', '');

            """,
    };

    [Fact]
    public async Task Configuration_tables_of_an_extension_are_saved_as_the_extension_says_and_compared_alike()
    {
        var tree = Directory.CreateTempSubdirectory("mina-tree-").FullName;
        try
        {
            var programs = await ServerTree.MakeAsync(tree, Extension);
            await using var server = await ScenarioServer.StartAsync(serverPrograms: programs);
            await server.CreateAsync("live", "sample.sql");
            await server.SqlAsync("live", """
                CREATE SCHEMA mina_torture;
                CREATE EXTENSION mina_torture;
                INSERT INTO mina_torture.every_row SELECT g, 'v' || g FROM generate_series(1, 1000) g;
                INSERT INTO mina_torture.some_rows SELECT g, false, E'own\t\\.' FROM generate_series(11, 500) g;
                SELECT setval('mina_torture.counter', 77);
                """);
            var before = await DumpText.StateAsync(server, "live");
            var backup = await BackupAsync("live", server: server);
            await server.SqlAsync("live", "DELETE FROM mina_torture.every_row");

            foreach (var inPlace in new[] { false, true })
            {
                var restored = await RestoreAsync(backup.Name, "live", request => request with { InPlace = inPlace }, server);
                Assert.All(restored.Proof.Tables, table => Assert.True(table.Outcome == CheckOutcome.Passed, $"{table.Table}: {table.Detail}"));
                Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
                Assert.Contains(restored.Proof.Tables, table => table.Table == "mina_torture.some_rows" && table.ExpectedRows == 490);
                Assert.Equal(before, await DumpText.StateAsync(server, "live"));
                Assert.Equal("500|5", await server.SqlAsync("live", "SELECT (SELECT count(*) FROM mina_torture.some_rows), (SELECT count(*) FROM mina_torture.no_rows)"));
            }
        }
        finally
        {
            Directory.Delete(tree, recursive: true);
        }
    }
}
