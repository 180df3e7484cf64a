using System.IO.Compression;
using System.Text;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class HostileScriptTests(ScenarioFixture fixture) : Scenario(fixture)
{
    // MARK stands for a file that must never come to be. Latin-1, so that every byte can be written.
    [Theory]
    [InlineData("\\! touch MARK")]
    [InlineData("SELECT 1; \\! touch MARK")]
    [InlineData("SELECT 1 \\! touch MARK")]
    [InlineData("\\o |touch MARK")]
    [InlineData("\\copy users from program 'touch MARK; cat /dev/null'")]
    [InlineData("\\i /tmp/other.sql")]
    [InlineData("SELECT 1 \\g |touch MARK")]
    [InlineData("SELECT 'touch MARK' \\gexec")]
    [InlineData("\\w |touch MARK")]
    [InlineData("\\set x `touch MARK`")]
    [InlineData("\\restrict other\n\\unrestrict other\n\\! touch MARK")]
    [InlineData("COPY public.users FROM PROGRAM 'touch MARK; cat /dev/null';")]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'touch MARK';")]
    [InlineData("copy/**/public.users/* from stdin; */from\n--\nprogram 'touch MARK; cat /dev/null';")]
    [InlineData("SET standard_conforming_strings = off;\nSELECT 'a\\''; \\! touch MARK\n--';")]
    [InlineData("SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false);\nSELECT 'a\\''; \\! touch MARK\n--';")]
    [InlineData("SET client_encoding = 'SJIS';\nSELECT E'\u0095\\'; \\! touch MARK\n-- ';")]
    [InlineData("SELECT $a$ $b$ $a$; \\! touch MARK\n-- $b$")]
    [InlineData("/* /* */ */ \\! touch MARK")]
    [InlineData("SELECT 1 AS \"quo\"\"te\"; \\! touch MARK")]
    [InlineData("SELECT E'\\'' ; \\! touch MARK\n--'")]
    [InlineData("SELECT U&'\\0041'; \\! touch MARK\n--'")]
    [InlineData("SELECT a$b$ FROM (SELECT 1 AS a$b$) x; \\! touch MARK\n--$b$")]
    [InlineData("SELECT 1$a$ ' $a$ \n\\! touch MARK\n ';")]
    [InlineData("SELECT :E'\\' \n\\! touch MARK\n';")]
    [InlineData("CREATE :x FUNCTION f() BEGIN ATOMIC ; COPY t FROM stdin;\n\\! touch MARK\n\\.")]
    [InlineData("CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1'; COPY users FROM stdin; END;\nSELECT '\n\\.\n\\! touch MARK\n';")]
    [InlineData("SELECT set_config('standard_con'||'forming_strings','off',false);\nSELECT 'a\\'' ;\n\\! touch MARK\n--';")]
    [InlineData("SET NAMES 'SJIS';\nSELECT E'\u0095\\'; \\! touch MARK\n-- ';")]
    [InlineData("-- a comment\r\\! touch MARK")]
    [InlineData("COPY public.users FROM stdin;\n\0\n\\.\nSELECT '\n\\.\n\\! touch MARK\n';")]
    [InlineData("COPY no_such_table FROM stdin;\n\\! touch MARK\n\\.")]
    public async Task A_script_with_commands_outside_its_rows_is_refused_before_anything_runs(string hostile)
    {
        await Server.CreateAsync("live", "sample.sql");
        var before = await DumpText.StateAsync(Server, "live");
        var mark = NewMark();
        var dump = Path.Combine(Folder, "dump.sql");
        await Programs.ShellAsync($"pg_dump > '{dump}'", Server.ClientEnvironment("live"));
        var text = await File.ReadAllTextAsync(dump, Encoding.Latin1, Cancel);
        var attack = hostile.Replace("MARK", mark, StringComparison.Ordinal) + "\n";
        const string Rows = "COPY public.users ";

        foreach (var place in new[] { text.IndexOf("SET statement_timeout", StringComparison.Ordinal), text.IndexOf(Rows, StringComparison.Ordinal), text.LastIndexOf("\\unrestrict", StringComparison.Ordinal), text.Length })
        {
            await WriteAsync(text.Insert(place, attack));
            // Rows of a table that is not there are no command to anybody but a psql that goes on after errors; ours stops. Behind the dump's end they are refused.
            var isRows = hostile.Contains("no_such_table", StringComparison.Ordinal)
                && place < text.IndexOf("-- PostgreSQL database dump complete", StringComparison.Ordinal);
            await FailsAsync(isRows ? ErrorCatalog.ScriptFailed : ErrorCatalog.HostileScript, () => RestoreAsync("mina_db_backup_20240101_000000", "live"));
            Assert.False(File.Exists(mark), $"The command ran, placed at {place}.");
            if (!isRows)
            {
                var verification = await VerifyAsync("mina_db_backup_20240101_000000");
                Assert.Equal(ErrorCatalog.HostileScript.Id, verification.Checks.Single(check => check.Check == VerificationCheckKind.Script).ErrorId);
                Assert.Equal(CheckOutcome.Failed, verification.Outcome);
            }
        }

        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
        Assert.Equal(["live", "postgres", "template0", "template1"], await Server.DatabasesAsync());
    }

    [Theory]
    [InlineData("CREATE ROLE evil PASSWORD 1$a$ ' $a$ \n\\! touch MARK\n ';")]
    [InlineData("CREATE ROLE evil;\n\\! touch MARK")]
    [InlineData("CREATE ROLE evil PASSWORD :'x' ;\nCOMMENT ON ROLE evil IS :E'\\' \n\\! touch MARK\n';")]
    [InlineData("-- Roles\r\\! touch MARK")]
    public async Task A_companion_with_commands_is_refused_before_anything_runs(string hostile)
    {
        await Server.CreateAsync("live", "sample.sql");
        Directory.CreateDirectory(Place);
        var mark = NewMark();
        const string Name = "mina_db_backup_20240101_000000";
        await Programs.ShellAsync($"pg_dump | gzip > '{Place}/{Name}.sql.gz'", Server.ClientEnvironment("live"));
        var globals = await Programs.ShellAsync("pg_dumpall --globals-only", Server.ClientEnvironment("live"));
        var place = globals.IndexOf("CREATE ROLE", StringComparison.Ordinal);
        await WriteAsync(globals.Insert(place, hostile.Replace("MARK", mark, StringComparison.Ordinal) + "\n"), Name + ".globals.sql.gz");

        await FailsAsync(ErrorCatalog.HostileScript, () => RestoreAsync(Name, "live", request => request with { RestoreGlobals = true }));

        Assert.False(File.Exists(mark), "The command ran.");
        Assert.Equal("0", await Server.SqlAsync("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'evil'"));
    }

    [Theory]
    [InlineData("\"name\":\"public.users\"", "\"name\":\"(SELECT 1) TO PROGRAM 'touch MARK' --\"")]
    [InlineData("\"columns\":\"id", "\"columns\":\"id) TO PROGRAM 'touch MARK' --")]
    [InlineData("\"name\":\"public.users\"", "\"sources\":[{\"name\":\"public.users\",\"filter\":\"WHERE true) TO PROGRAM 'touch MARK' --\"}],\"name\":\"public.users\"")]
    [InlineData("\"name\":\"public.users_id_seq\"", "\"name\":\"public.users_id_seq) TO PROGRAM 'touch MARK' --\"")]
    public async Task An_index_with_programs_is_refused_before_anything_runs(string what, string by)
    {
        await Server.CreateAsync("live", "sample.sql");
        var before = await DumpText.StateAsync(Server, "live");
        var backup = await BackupAsync("live", Plain);
        var mark = NewMark();
        await ForgedIndex.WriteAsync(backup, text => text.Replace(what, by.Replace("MARK", mark, StringComparison.Ordinal), StringComparison.Ordinal));

        await FailsAsync(ErrorCatalog.IndexUnreadable, () => RestoreAsync(backup.Name, "live", request => request with { SkipSafetyBackup = true }));

        Assert.False(File.Exists(mark), "The command ran.");
        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
    }

    [Fact]
    public async Task A_psql_without_restricted_mode_is_not_trusted_with_a_file()
    {
        await Server.CreateAsync("live", "sample.sql");
        var before = await DumpText.StateAsync(Server, "live");
        var backup = await BackupAsync("live", Plain);
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "old")).FullName;
        var used = Path.Combine(folder, "used");
        await ShellProgram.WriteAsync(Path.Combine(folder, "psql"), $"[ \"$1\" = --version ] || touch '{used}'\necho 'psql (PostgreSQL) 17.5'");
        SetVariable("MINA_PG_BIN", folder);

        var error = await FailsAsync(ErrorCatalog.ToolTooOld, () => RestoreAsync(backup.Name, "live"));

        Assert.Contains("17.5", error.Message, StringComparison.Ordinal);
        Assert.Contains("17.6", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(File.Exists(used), "The old psql was given something.");
        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
    }

    [Fact]
    public async Task What_only_speaks_of_string_syntax_and_encodings_can_be_backed_up()
    {
        await Server.CreateAsync("live");
        await Server.SqlAsync("live", """
            CREATE TABLE t (a text, b int[], "USER" int, CONSTRAINT c CHECK (a <> 'standard_conforming_strings') NOT VALID, d text DEFAULT 'C:\', e text DEFAULT '\');
            CREATE VIEW slices AS SELECT b[1:2] AS x, b['-3'::integer:'-1'::integer] AS y, b["USER":d.n] AS z, b[:2] AS v, ARRAY[1e5, .5, -1] AS w, 'x'::text::varchar AS u FROM t, (SELECT 1 AS n) d;
            CREATE FUNCTION costly(int) RETURNS int LANGUAGE sql COST 1e6 ROWS 1 RETURN $1 + 1;
            """.Replace(" ROWS 1", "", StringComparison.Ordinal));
        await Server.SqlAsync("postgres", "CREATE ROLE mina_sjis; ALTER ROLE mina_sjis SET client_encoding = 'SJIS'; ALTER ROLE mina_sjis SET standard_conforming_strings = off");
        try
        {
            var expected = await DumpText.StateAsync(Server, "live");
            var backup = await BackupAsync("live", Plain);
            var restored = await RestoreAsync(backup.Name, "copy");

            Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
            Assert.Equal(expected, await DumpText.StateAsync(Server, "copy"));
        }
        finally
        {
            await Server.SqlAsync("postgres", "DROP ROLE mina_sjis");
        }
    }

    [Fact]
    public async Task Text_that_only_looks_hostile_is_restored()
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.SqlAsync("live", """
            CREATE TABLE looks (t text);
            INSERT INTO looks VALUES (E'\\! touch /tmp/x'), (E'\\.\n\\! touch /tmp/x'), ('COPY x FROM PROGRAM ''y''');
            COMMENT ON TABLE looks IS E'\n\\! touch /tmp/x\nCOPY x FROM PROGRAM ''y'';\n';
            SET check_function_bodies = off;
            CREATE FUNCTION looks() RETURNS void LANGUAGE sql AS E'\n\\! touch\n\\i x\nSELECT 1';
            CREATE VIEW looks_view AS SELECT E'\n\\! x\n' AS t, '\o |x' AS u, $$ \! x $$ AS v;
            """);
        var expected = await DumpText.StateAsync(Server, "live");
        var backup = await BackupAsync("live", Plain);
        await Programs.ShellAsync($"pg_dump | gzip > '{Path.Combine(Place, "former.sql.gz")}'", Server.ClientEnvironment("live"));

        foreach (var name in new[] { backup.Name, "former" })
        {
            var restored = await RestoreAsync(name, name);
            Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
            Assert.Equal(expected, await DumpText.StateAsync(Server, name));
        }
    }

    private static string NewMark() => Path.Combine("/tmp", "mina-owned-" + Guid.NewGuid().ToString("N"));

    private async Task WriteAsync(string text, string fileName = "mina_db_backup_20240101_000000.sql.gz")
    {
        Directory.CreateDirectory(Place);
        await using var file = File.Create(Path.Combine(Place, fileName));
        await using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        await gzip.WriteAsync(Encoding.Latin1.GetBytes(text), Cancel);
    }
}
