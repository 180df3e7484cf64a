using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class TableRestoreTests(ScenarioFixture fixture) : Scenario(fixture)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Single_tables_come_back_beside_the_damaged_ones(bool encrypted)
    {
        await Server.CreateAsync("live", "sample.sql");
        var before = await ContentAsync("public");
        var backup = await BackupAsync("live", encrypted ? Encrypted : Plain);
        await Server.SqlAsync("live", "DELETE FROM segments WHERE id > 100; UPDATE users SET name = 'nobody'");
        var damaged = await DumpText.StateAsync(Server, "live");

        var restored = await RestoreTablesAsync(backup.Name, "live", "rescued", "segments", "public.users");

        Assert.Equal(RestoreMethod.Tables, restored.Method);
        Assert.Equal("rescued", restored.Schema);
        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
        Assert.Equal(12200, restored.Rows);
        Assert.Equal(before, await ContentAsync("rescued"));
        Assert.Equal("segments_pkey, segments_session, users_email_key, users_pkey", await Server.SqlAsync("live", "SELECT string_agg(indexname, ', ' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'rescued'"));
        await Server.SqlAsync("live", "DROP SCHEMA rescued CASCADE");
        Assert.Equal(damaged, await DumpText.StateAsync(Server, "live"));
    }

    [Fact]
    public async Task A_new_database_takes_tables_under_their_own_names_and_a_new_schema_is_made_in_an_old_one()
    {
        await Server.CreateAsync("live", "sample.sql");
        var backup = await BackupAsync("live");

        var apart = await RestoreTablesAsync(backup.Name, "apart", null, "sessions");
        var beside = await RestoreTablesAsync(backup.Name, "live", null, "sessions");

        Assert.Null(apart.Schema);
        Assert.Equal("1000", await Server.SqlAsync("apart", "SELECT count(*) FROM public.sessions"));
        Assert.StartsWith("mina_restore_", beside.Schema, StringComparison.Ordinal);
        Assert.Equal("1000", await Server.SqlAsync("live", $"SELECT count(*) FROM {beside.Schema}.sessions"));
    }

    [Fact]
    public async Task Odd_names_partitions_and_generated_columns()
    {
        await Server.CreateAsync("live");
        await Server.SqlAsync("live", """"
            CREATE SCHEMA "my ""schema""";
            CREATE TABLE "my ""schema"""."tab.le on" (id int PRIMARY KEY, "select" text DEFAULT 'partition by inherits', twice int GENERATED ALWAYS AS (id * 2) STORED);
            INSERT INTO "my ""schema"""."tab.le on" (id, "select") SELECT g, E'a\\b\t' || g FROM generate_series(1, 500) g;
            CREATE INDEX "on" ON "my ""schema"""."tab.le on" ("select") WHERE "select" <> ' ON only ';
            CREATE TABLE parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
            INSERT INTO parted SELECT g, date '2024-01-01' + g FROM generate_series(1, 300) g;
            CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent); INSERT INTO child VALUES (1, 2);
            CREATE TABLE twin (a int); CREATE TABLE "my ""schema""".twin (a int); INSERT INTO twin VALUES (1); INSERT INTO "my ""schema""".twin VALUES (2);
            """");
        var backup = await BackupAsync("live");

        await RestoreTablesAsync(backup.Name, "live", "rescued", "\"tab.le on\"", "parted_1");

        Assert.Equal("500|250500", await Server.SqlAsync("live", "SELECT count(*), sum(twice) FROM rescued.\"tab.le on\""));
        Assert.Equal("300", await Server.SqlAsync("live", "SELECT count(*) FROM rescued.parted_1"));
        await FailsAsync(ErrorCatalog.TableNotRestorable, () => RestoreTablesAsync(backup.Name, "live", "other", "child"));
        await FailsAsync(ErrorCatalog.TableNotInBackup, () => RestoreTablesAsync(backup.Name, "live", "other", "nowhere"));
        await FailsAsync(ErrorCatalog.TableNotInBackup, () => RestoreTablesAsync(backup.Name, "live", "other", "twin"));
        await FailsAsync(ErrorCatalog.TableExists, () => RestoreTablesAsync(backup.Name, "live", "rescued", "parted_1"));
        Assert.Equal("0", await Server.SqlAsync("live", "SELECT count(*) FROM pg_namespace WHERE nspname = 'other'"));
    }

    [Fact]
    public async Task Members_of_other_tables_need_not_even_be_sound_and_those_of_this_one_must_be()
    {
        await Server.CreateAsync("live", "sample.sql");
        var backup = await BackupAsync("live", Plain);
        var index = await IndexAsync(backup);
        await DamageAsync(backup.Path, index.Members.First(member => member.Table is { } table && index.Tables[table].Name == "public.segments").Offset + 100);

        await RestoreTablesAsync(backup.Name, "live", "rescued", "users");
        await FailsAsync(ErrorCatalog.BackupCorrupt, () => RestoreTablesAsync(backup.Name, "live", "rescued", "segments"));

        Assert.Equal("users", await Server.SqlAsync("live", "SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'rescued'"));
    }

    private async Task<BackupIndex> IndexAsync(BackupResult backup)
    {
        using var keys = KeyRing.Create(Keys, Environment);
        var store = new BackupStoreFactory(Environment).Open(backup.Location);
        return await IndexFile.ReadAsync(store, BackupNames.IndexFile(backup.Name, BackupCompression.Gzip, backup.Encrypted), backup.Name, null, keys, Cancel);
    }

    private static async Task DamageAsync(string path, long offset)
    {
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[offset] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancel);
    }

    private Task<RestoreResult> RestoreTablesAsync(string backup, string database, string? schema, params string[] tables) =>
        RestoreAsync(backup, database, request => request with { Tables = tables, TargetSchema = schema });

    private Task<string> ContentAsync(string schema) => Server.SqlAsync("live", $"""
        SELECT md5(string_agg(s::text, '' ORDER BY id)) FROM {schema}.segments s
        UNION ALL SELECT md5(string_agg(u::text, '' ORDER BY id)) FROM {schema}.users u
        """);
}
