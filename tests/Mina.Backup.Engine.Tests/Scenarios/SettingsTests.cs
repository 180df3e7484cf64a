using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class SettingsTests(ScenarioFixture fixture) : Scenario(fixture)
{
    private const string Content = """
        CREATE TYPE color AS ENUM ('red', 'green', 'blue');
        CREATE TABLE painted (c color NOT NULL, v int) PARTITION BY HASH (c);
        CREATE TABLE painted_0 PARTITION OF painted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE painted_1 PARTITION OF painted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        INSERT INTO painted SELECT c, g FROM unnest(enum_range(NULL::color)) c, generate_series(1, 500) g;
        CREATE TABLE printed (at timestamptz, bytes bytea, price money, span interval, day date, number float8, list int[], words text[]);
        INSERT INTO printed SELECT '2024-03-31 01:30:00+00'::timestamptz + g * interval '37 minutes', decode(lpad(to_hex(g), 8, '0'), 'hex'), g * 1.01::numeric::money,
            g * interval '1 month 2 days 03:04:05', '2024-01-01'::date + g, g / 7.0, ARRAY[g, NULL], ARRAY['NULL', NULL, ''] FROM generate_series(1, 1000) g;
        """;

    private static readonly string[] Source =
    [
        "TimeZone = 'Asia/Kathmandu'", "bytea_output = 'escape'", "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'", "extra_float_digits = -5",
        "lc_monetary = 'C.utf8'", "search_path = 'nowhere'", "statement_timeout = '2s'", "lock_timeout = '2s'", "idle_in_transaction_session_timeout = '2s'",
        "default_transaction_isolation = 'serializable'", "row_security = on", "array_nulls = off", "xmloption = 'document'", "standard_conforming_strings = off",
    ];

    private static readonly string[] Target =
    [
        "TimeZone = 'America/St_Johns'", "bytea_output = 'hex'", "DateStyle = 'German, DMY'", "IntervalStyle = 'iso_8601'", "extra_float_digits = 0",
        "lc_monetary = 'C'", "search_path = 'elsewhere'", "statement_timeout = '2s'", "idle_in_transaction_session_timeout = '2s'", "default_transaction_read_only = on", "array_nulls = off",
        "standard_conforming_strings = off",
    ];

    [Theory]
    [InlineData("DATABASE live")]
    [InlineData("ROLE postgres IN DATABASE live")]
    public async Task Different_settings_of_source_and_target_never_make_a_sound_copy_look_different(string scope)
    {
        await Server.CreateAsync("live");
        await Server.SqlAsync("live", Content);
        await Server.SqlAsync("postgres", Settings(scope, Source));
        var backup = await BackupAsync("live");
        await Server.SqlAsync("postgres", $"ALTER {scope} RESET ALL;" + Settings(scope, Target));

        var restored = await RestoreAsync(backup.Name, "live");

        Assert.All(restored.Proof.Tables, table => Assert.True(table.Outcome == CheckOutcome.Passed, $"{table.Table}: {table.Detail}"));
        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
        Assert.Equal(RestoreMethod.Swapped, restored.Method);
        Assert.Equal("1500|1000", await CountsAsync("live"));
    }

    [Fact]
    public async Task Settings_of_a_role_on_a_whole_server_are_overruled_too()
    {
        await Server.CreateAsync("live");
        await Server.SqlAsync("live", Content);
        var backup = await BackupAsync("live");
        await using var other = await ScenarioServer.StartAsync(new Dictionary<string, string> { ["timezone"] = "Asia/Kathmandu", ["bytea_output"] = "escape", ["datestyle"] = "German, DMY", ["statement_timeout"] = "5s" });
        await other.SqlAsync("postgres", "ALTER ROLE postgres SET extra_float_digits = -10; ALTER ROLE postgres SET IntervalStyle = 'iso_8601'; ALTER ROLE postgres SET lc_monetary = 'C'");

        var restored = await RestoreAsync(backup.Name, "live", server: other);

        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
        Assert.Equal(RestoreMethod.Created, restored.Method);
    }

    [Fact]
    public async Task Settings_rights_and_comment_of_the_live_database_are_carried_over()
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.SqlAsync("postgres", "DROP ROLE IF EXISTS carried; CREATE ROLE carried; ALTER DATABASE live SET work_mem = '7MB'; ALTER ROLE carried IN DATABASE live SET work_mem = '9MB'; GRANT CREATE ON DATABASE live TO carried; REVOKE ALL ON DATABASE live FROM PUBLIC; COMMENT ON DATABASE live IS 'it''s live'; ALTER DATABASE live CONNECTION LIMIT 33");
        var before = await PropertiesAsync();
        var backup = await BackupAsync("live");

        await RestoreAsync(backup.Name, "live", request => request with { SkipSafetyBackup = true });

        Assert.Equal(before, await PropertiesAsync());
        await Server.DropAllAsync();
        await Server.SqlAsync("postgres", "DROP ROLE carried");
    }

    private static string Settings(string scope, string[] settings) => string.Join(';', settings.Select(setting => $"ALTER {scope} SET {setting}"));

    private async Task<string> CountsAsync(string database) =>
        (await Server.SqlAsync(database, "SET statement_timeout = 0; SET search_path = public; SELECT (SELECT count(*) FROM painted), (SELECT count(*) FROM printed)")).Trim();

    private Task<string> PropertiesAsync() => Server.SqlAsync("postgres", """
        SELECT pg_get_userbyid(datdba), datacl, datconnlimit, shobj_description(oid, 'pg_database'),
            (SELECT array_agg(setrole::regrole::text || ' ' || setconfig::text ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid)
        FROM pg_database d WHERE datname = 'live'
        """);
}
