using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>
/// psql is the judge: scripts made of what is hard to split are given to a real one. Where it obeys a meta-command, the scanner must have
/// reported something.
/// </summary>
public sealed class PsqlLexerTests(ScenarioFixture fixture) : Scenario(fixture)
{
    private const string Mark = "\\echo psql-obeyed\n";
    private const string Standard = "SET standard_conforming_strings = on;\n";

    private static readonly string[] Parts =
    [
        Mark, Mark, Mark, "\n" + Mark, "\n" + Mark, "'\n" + Mark + "'", "\"\n" + Mark + "\"", "$a$\n" + Mark + "$a$", "$$\n" + Mark + "$$", "/*\n" + Mark + "*/", "-- " + Mark,
        "'", "'", "\"", "E'", "e'", "U&'", "U&\"", "N'", "b'", "x'", "\\'", "''", "\\\\", "'\\'", "E'\\'' ",
        "$a$", "$a$", "$$", "$", "$1", "$1$a$", "1$a$", "a$a$", "$E'", "$b$",
        "1", "1e", "1e-", "1e5", "1.", ".5", "0x1", "1_0", "1x",
        ":", "::", ":x", ":E'", ":'x'", ":'", ":\"", ":USER ", ":{?USER}", "[1:n]", "[", "]",
        "x", "E", "é", "\u0081\\'", "\u0095",
        ";", ";\n", ";\n", "\n", "\n", "\r", " ", " ", "(", ")", "-", "/", "*", "--", "--\r", "/*", "*/", "+--",
        "CREATE ", "OR ", "REPLACE ", "FUNCTION ", "PROCEDURE ", "begin() ", "BEGIN ATOMIC ", "CASE ", "END ", "END;\n",
        "COPY t FROM stdin;\n", "COPY t FROM stdin;\n", "\n\\.\n", "\n\\.\n", "SELECT ", "SELECT 1;\n",
        "SET standard_conforming_strings = off;\n", "SET NAMES 'SJIS';\n", "SELECT off();\n", Standard, "RESET ALL;\n",
    ];

    [Theory]
    [InlineData("SELECT 1$a$ ' $a$ \n" + Mark + " ';\n")]
    [InlineData("SELECT $1$a$ ' $a$ \n" + Mark + " ';\n")]
    [InlineData("SELECT :x$a$ ' $a$ \n" + Mark + " ';\n")]
    [InlineData("SELECT :E'\\' \n" + Mark + "';\n")]
    [InlineData("CREATE :x FUNCTION f() BEGIN ATOMIC ; COPY t FROM stdin;\n" + Mark + "\\.\n")]
    [InlineData("CREATE N'' FUNCTION f() BEGIN ATOMIC ; COPY t FROM stdin;\n" + Mark + "\\.\n")]
    [InlineData("CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1'; COPY t FROM stdin; END;\nSELECT '\n\\.\n" + Mark + "';\n")]
    [InlineData("SELECT set_config('standard_con'||'forming_strings','off',false);\nSELECT 'a\\'' ;\n" + Mark + "--';\n")]
    [InlineData("DO $$ BEGIN PERFORM set_config('standard_con'||'forming_strings','off',false); END $$;\nSELECT 'a\\'' ;\n" + Mark + "--';\n")]
    [InlineData("SET \"standard_conforming_strings\" = off;\nSELECT 'a\\'' ;\n" + Mark + "--';\n")]
    [InlineData("SET NAMES 'SJIS';\nSELECT E'\u0095\\';\n" + Mark + "-- ';\n")]
    [InlineData("SET client_encoding TO 's-jis';\nSELECT E'\u0095\\';\n" + Mark + "-- ';\n")]
    [InlineData("SELECT set_config('client_'||'encoding','SJIS',false);\nSELECT E'\u0095\\';\n" + Mark + "-- ';\n")]
    [InlineData("-- a comment\r" + Mark)]
    [InlineData("SELECT E'a' \r 'b\\'';\n" + Mark + "--';\n")]
    [InlineData("COPY t FROM stdin;\nx\0\n\\.\nSELECT '\n\\.\n" + Mark + "';\n")]
    [InlineData("SELECT 1\0'\n;\n" + Mark + "SELECT ';\n")]
    [InlineData("\u00ef\u00bb\u00bfE'\\'';\n" + Mark + "SELECT ';\n", false)]
    public async Task What_psql_obeys_is_reported(string script, bool standard = true)
    {
        await CreateAsync();
        string[] scripts = [standard ? Standard + script : script];

        var (answers, givenUp) = await AskPsqlAsync(scripts);

        Assert.True(givenUp || answers[0], "psql did not obey, so this proves nothing.");
        Assert.NotEmpty(Scan(scripts[0]).Hazards);
    }

    [Fact]
    public async Task Random_scripts_never_make_psql_obey_what_was_not_reported()
    {
        await CreateAsync();
        var random = new Random(20261124);
        var quiet = 0;
        var obeyed = 0;
        for (var round = 0; round < 8; round++)
        {
            string[] scripts = [.. Enumerable.Range(0, 1500).Select(_ => Compose(random))];
            var (answers, givenUp) = await AskPsqlAsync(scripts);
            Assert.False(givenUp);
            foreach (var (i, script) in scripts.Index())
            {
                var found = Scan(script).Hazards.Count > 0;
                Assert.True(found || !answers[i], $"psql obeyed a command in a script that was found harmless:\n{script}");
                quiet += found ? 0 : 1;
                obeyed += answers[i] ? 1 : 0;
            }
        }

        Assert.True(quiet > 500 && obeyed > 500, $"Too few to mean anything: {quiet} harmless ones, {obeyed} obeyed.");
    }

    // Mostly harmless pieces that hide the mark, so that one wrong step makes it visible.
    private static string Compose(Random random)
    {
        var parts = Enumerable.Range(0, random.Next(2, 9)).Select(_ => Parts[random.Next(Parts.Length)]);
        return (random.Next(4) == 0 ? "" : Standard) + "SELECT " + string.Concat(parts) + "\n" + Parts[random.Next(5, 11)] + "\n";
    }

    private static ScriptSummary Scan(string script)
    {
        var scanner = new ScriptScanner();
        scanner.Append(Encoding.Latin1.GetBytes(script));
        return scanner.Complete();
    }

    private Task CreateAsync() => CreateDatabaseAsync("lexer");

    private async Task CreateDatabaseAsync(string name)
    {
        await Server.CreateAsync(name);
        await Server.SqlAsync(name, """
            CREATE TABLE t (a text);
            CREATE FUNCTION off() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('standard_conforming_strings', 'off', false); END $$;
            """);
    }

    /// <summary>Whether psql obeys the mark in each of the scripts; \i reads each from a fresh start. Newer versions give the session up where COPY stands among other statements.</summary>
    private async Task<(bool[] Answers, bool GivenUp)> AskPsqlAsync(string[] scripts)
    {
        var driver = new StringBuilder("\\set ON_ERROR_ROLLBACK on\n");
        foreach (var (i, script) in scripts.Index())
        {
            var path = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"script{i}.sql"));
            await File.WriteAllBytesAsync(path, Encoding.Latin1.GetBytes(script), Cancel);
            driver.Append(CultureInfo.InvariantCulture, $"\\i {path}\nROLLBACK;\nRESET ALL;\n\\echo end\n");
        }

        var result = await Programs.TryAsync("psql", ["-Xq", "-v", "VERBOSITY=terse", "-o", "/dev/null", "-f", "-"], Server.ClientEnvironment("lexer"), driver.ToString());
        var answers = new List<bool> { false };
        foreach (var line in result.Output.Split('\n'))
        {
            if (line == "end")
            {
                answers.Add(false);
            }
            else if (line.Contains("psql-obeyed", StringComparison.Ordinal))
            {
                answers[^1] = true;
            }
        }

        var givenUp = result.ExitCode == 2 && result.Errors.Contains("unexpected COPY_IN result", StringComparison.Ordinal);
        Assert.True(givenUp || scripts.Length == answers.Count - 1, result.Errors);
        return ([.. answers], givenUp);
    }
}
