using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Dump;

public sealed class BackupOperationTests(ClusterFixture clusters) : IDisposable
{
    private readonly BackupBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task A_backup_is_verified_and_its_index_tells_what_it_holds()
    {
        await using var database = await clusters.CreateDatabaseAsync(
            """
            CREATE TABLE "odd. ""name"" x" (a int, "B b" text);
            INSERT INTO "odd. ""name"" x" SELECT i, repeat('x', 200) FROM generate_series(1, 20000) i;
            CREATE TABLE empty (a int);
            CREATE TABLE columnless ();
            INSERT INTO columnless DEFAULT VALUES;
            CREATE SEQUENCE s;
            SELECT nextval('s');
            SELECT lo_from_bytea(4711, 'abc');
            """);

        var backup = await bench.BackUpAsync(database);
        var index = await bench.ReadIndexAsync(backup);

        Assert.Equal(BackupState.Verified, backup.State);
        Assert.Equal((3, 20001L), (backup.Tables, backup.Rows));
        Assert.Equal(["public.\"odd. \"\"name\"\" x\"", "public.columnless", "public.empty"], index.Tables.Select(table => table.Name).Order(StringComparer.Ordinal));
        Assert.Equal(4711u, Assert.Single(index.LargeObjects).Oid);
        Assert.Equal("public.s", Assert.Single(index.Sequences).Name);
        Assert.Contains(index.Members, member => member.Section == DumpSection.Proof);
        Assert.All(index.Members, member => Assert.InRange(member.PlainLength, 1, BlockCutter.BlockSize));
        Assert.Equal(database.Target.Server, index.Header.Server);
        Assert.Equal(4, bench.Files.Count());
        Assert.True(File.Exists(backup.LogPath));
    }

    [Fact]
    public async Task What_a_killed_backup_left_goes_and_what_others_are_downloading_stays()
    {
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t (a int)");
        const string Left = "mina_db_backup_20260101_000000.sql.gz.partial";
        string[] others = ["holiday-photos.zip.partial", "customers.sql.partial", "mina_db_backup_of_mine.sql.gz.partial"];
        foreach (var name in others.Append(Left))
        {
            await File.WriteAllTextAsync(Path.Combine(bench.Machine.BackupDirectory, name), "content", TestContext.Current.CancellationToken);
        }

        await bench.BackUpAsync(database);

        Assert.Equal(others.Order(), Directory.GetFiles(bench.Machine.BackupDirectory, "*.partial").Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task An_encrypted_backup_is_verified_with_the_keys_of_its_run()
    {
        bench.Machine.Set("GPG_BACKUP_PASSPHRASE", "correct horse");
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t AS SELECT generate_series(1, 1000) a");

        var backup = await bench.BackUpAsync(database, request => request with { Protection = new ProtectionRequest() });

        Assert.Equal((BackupState.Verified, BackupEncryption.Passphrase), (backup.State, backup.Encryption));
        Assert.EndsWith(".sql.gz.gpg", backup.FileName, StringComparison.Ordinal);
        Assert.Empty(bench.Observer.Warnings);
    }

    [Fact]
    public async Task Without_a_key_the_backup_is_plain_and_a_warning_says_so()
    {
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t (a int)");

        var backup = await bench.BackUpAsync(database, request => request with { Protection = new ProtectionRequest() });

        Assert.False(backup.Encrypted);
        Assert.Contains("not encrypted", Assert.Single(bench.Observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backups_started_together_get_names_of_their_own_encrypted_or_not()
    {
        bench.Machine.Set("GPG_BACKUP_PASSPHRASE", "correct horse");
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t AS SELECT generate_series(1, 1000) a");

        var backups = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => bench.BackUpAsync(
            database, request => request with { Protection = new ProtectionRequest { NoEncryption = number % 2 == 0 } })));

        Assert.Equal(4, backups.Select(backup => backup.Name).Distinct().Count());
        Assert.All(backups, backup => Assert.Equal(BackupState.Verified, backup.State));
    }

    [Fact]
    public async Task Excluded_rows_are_marked_and_patterns_need_no_schema()
    {
        await using var database = await clusters.CreateDatabaseAsync(
            "CREATE TABLE kept AS SELECT 1 a; CREATE TABLE log_a AS SELECT 1 a; CREATE TABLE secret AS SELECT 1 a");

        var backup = await bench.BackUpAsync(database, request => request with { ExcludeTableData = ["log_*"], ExcludeTable = ["secret"] });
        var index = await bench.ReadIndexAsync(backup);

        Assert.Equal("public.kept", Assert.Single(index.Tables).Name);
        Assert.Equal(["public.log_a", "public.secret"], index.Header.ExcludedData);
        var text = await BackupBench.ReadTextAsync(backup);
        Assert.Contains("CREATE TABLE public.log_a", text, StringComparison.Ordinal);
        Assert.DoesNotContain("CREATE TABLE public.secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_below_an_enum_hash_are_compared_where_they_were_loaded()
    {
        await using var database = await clusters.CreateDatabaseAsync(
            """
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
            CREATE TABLE root (region int, m mood) PARTITION BY LIST (region);
            CREATE TABLE other PARTITION OF root FOR VALUES IN (1);
            CREATE TABLE hashed PARTITION OF root FOR VALUES IN (2) PARTITION BY HASH (m);
            CREATE TABLE h0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
            CREATE TABLE h1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
            INSERT INTO root SELECT 1 + i % 2, (enum_range(NULL::mood))[1 + i % 3] FROM generate_series(1, 600) i;
            """);

        var backup = await bench.BackUpAsync(database);
        var tables = (await bench.ReadIndexAsync(backup)).Tables.ToDictionary(table => table.Name);

        Assert.Equal(["public.other", "public.root"], tables.Keys.Order(StringComparer.Ordinal));
        Assert.Null(tables["public.other"].Sources);
        Assert.Equal(300, tables["public.root"].Rows);
        Assert.Equal([new IndexSource("\"public\".\"hashed\"", null)], tables["public.root"].Sources);
    }

    [Fact]
    public async Task A_filtered_configuration_table_is_compared_by_its_filter()
    {
        await using var database = await clusters.CreateDatabaseAsync(
            """
            CREATE TABLE config (a int, own boolean);
            INSERT INTO config SELECT i, i > 3 FROM generate_series(1, 10) i;
            ALTER EXTENSION plpgsql ADD TABLE config;
            UPDATE pg_extension SET extconfig = ARRAY['config'::regclass::oid], extcondition = ARRAY['WHERE own'] WHERE extname = 'plpgsql';
            """);

        var table = Assert.Single((await bench.ReadIndexAsync(await bench.BackUpAsync(database))).Tables);

        Assert.Equal(7, table.Rows);
        Assert.Equal([new IndexSource("\"public\".\"config\"", "WHERE own")], table.Sources);
    }

    [Fact]
    public async Task The_header_names_every_role_and_property_that_a_restore_needs()
    {
        await using var database = await clusters.CreateDatabaseAsync();
        var name = database.Name;
        await database.ExecuteAsync(
            $"""
            CREATE ROLE {name}_owner; CREATE ROLE {name}_reader; CREATE ROLE {name}_setting; CREATE ROLE {name}_unused;
            CREATE TABLE t (a int); ALTER TABLE t OWNER TO {name}_owner; GRANT SELECT ON t TO {name}_reader;
            ALTER DATABASE {name} SET work_mem = '5MB';
            ALTER ROLE {name}_setting IN DATABASE {name} SET timezone = 'Asia/Tokyo';
            COMMENT ON DATABASE {name} IS 'it''s';
            REVOKE ALL ON DATABASE {name} FROM PUBLIC;
            """);
        try
        {
            var header = (await bench.ReadIndexAsync(await bench.BackUpAsync(database))).Header;

            Assert.Equal(["postgres", $"{name}_owner", $"{name}_reader", $"{name}_setting"], header.Roles.Order(StringComparer.Ordinal));
            Assert.Equal(("it's", "UTF8", "libc", "postgres"), (header.Database.Comment, header.Database.Encoding, header.Database.LocaleProvider, header.Database.Owner));
            Assert.Contains(new DatabaseSetting(null, "work_mem", "5MB"), header.Database.Settings);
            Assert.Contains(new DatabaseSetting($"{name}_setting", "TimeZone", "Asia/Tokyo"), header.Database.Settings);
            Assert.NotNull(header.Database.Acl);
            Assert.True(header.Extensions.ContainsKey("plpgsql"));
        }
        finally
        {
            await database.ExecuteAsync($"DROP TABLE t; ALTER ROLE {name}_setting IN DATABASE {name} RESET ALL; DROP ROLE {name}_owner, {name}_reader, {name}_setting, {name}_unused");
        }
    }

    [Fact]
    public async Task Progress_ends_once_and_stages_are_told()
    {
        await using var database = await clusters.CreateDatabaseAsync("CREATE TABLE t AS SELECT generate_series(1, 1000) a");

        await bench.BackUpAsync(database);

        Assert.Single(bench.Observer.Reports, report => report.Completed);
        Assert.True(bench.Observer.Reports.Last().Completed);
        Assert.Contains(bench.Observer.Reports, report => report.Stage == "Dumping");
        Assert.Contains(bench.Observer.Reports, report => report.Stage == "Verifying");
    }

    [Fact]
    public async Task The_globals_of_an_unencrypted_backup_hold_no_password()
    {
        await using var database = await clusters.CreateDatabaseAsync("CREATE ROLE with_password LOGIN PASSWORD 'hunter2'");
        try
        {
            var backup = await bench.BackUpAsync(database);
            await using var file = File.OpenRead(Path.Combine(backup.Location, backup.GlobalsFileName!));
            await using var gzip = new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress);
            using var reader = new StreamReader(gzip);
            var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

            Assert.Contains("CREATE ROLE with_password", text, StringComparison.Ordinal);
            Assert.DoesNotContain("SCRAM-SHA-256", text, StringComparison.Ordinal);
        }
        finally
        {
            await database.ExecuteAsync("DROP ROLE with_password");
        }
    }
}
