using System.IO.Compression;
using System.Text;
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
    [InlineData("COPY no_such_table FROM stdin;\n\\! touch MARK\n\\.")]
    public async Task A_script_with_commands_outside_its_rows_is_refused_before_anything_runs(string hostile)
    {
        await Server.CreateAsync("live", "sample.sql");
        var before = await DumpText.StateAsync(Server, "live");
        var mark = Path.Combine("/tmp", "mina-owned-" + Guid.NewGuid().ToString("N"));
        var dump = Path.Combine(Folder, "dump.sql");
        await Programs.ShellAsync($"pg_dump > '{dump}'", Server.ClientEnvironment("live"));
        var text = await File.ReadAllTextAsync(dump, Encoding.Latin1, Cancel);
        var attack = hostile.Replace("MARK", mark, StringComparison.Ordinal) + "\n";
        const string Rows = "COPY public.users ";

        foreach (var place in new[] { text.IndexOf("SET statement_timeout", StringComparison.Ordinal), text.IndexOf(Rows, StringComparison.Ordinal), text.LastIndexOf("\\unrestrict", StringComparison.Ordinal), text.Length })
        {
            await WriteAsync(text.Insert(place, attack));
            await FailsAsync([ErrorCatalog.HostileScript, ErrorCatalog.ScriptFailed, ErrorCatalog.DumpIncomplete], () => RestoreAsync("mina_db_backup_20240101_000000", "live"));
            Assert.False(File.Exists(mark), $"The command ran, placed at {place}.");
            if (!hostile.Contains("no_such_table", StringComparison.Ordinal))
            {
                var verification = await VerifyAsync("mina_db_backup_20240101_000000");
                Assert.Equal(ErrorCatalog.HostileScript.Id, verification.Checks.Single(check => check.Check == VerificationCheckKind.Script).ErrorId);
                Assert.Equal(CheckOutcome.Failed, verification.Outcome);
            }
        }

        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
        Assert.Equal(["live", "postgres", "template0", "template1"], await Server.DatabasesAsync());
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

    private async Task WriteAsync(string text)
    {
        Directory.CreateDirectory(Place);
        await using var file = File.Create(Path.Combine(Place, "mina_db_backup_20240101_000000.sql.gz"));
        await using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        await gzip.WriteAsync(Encoding.Latin1.GetBytes(text), Cancel);
    }
}
