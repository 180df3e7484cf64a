using System.IO.Hashing;
using System.Text;

namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>Whole databases compared by the text of pg_dump, the only judge that is not of this product.</summary>
public static class DumpText
{
    /// <summary>Writes pg_dump's text of a database into a file, without the lines whose key is new in each dump.</summary>
    public static async Task WriteAsync(ScenarioServer server, string database, string path, params string[] options) =>
        await Programs.ShellAsync(
            """pg_dump "$@" | sed -E '/^\\(un)?restrict /d' > "$OUT" """.Replace("\"$@\"", string.Join(' ', options.Select(option => $"'{option}'")), StringComparison.Ordinal),
            new Dictionary<string, string>(server.ClientEnvironment(database)) { ["OUT"] = path });

    /// <summary>A short text that two databases share only if pg_dump prints them alike.</summary>
    public static Task<string> StateAsync(ScenarioServer server, string database) => HashAsync(server, database, "");

    /// <summary>The same without the values of sequences: a server that crashed may resume them up to 32 values ahead.</summary>
    public static Task<string> StateWithoutSequencesAsync(ScenarioServer server, string database) => HashAsync(server, database, "/^SELECT pg_catalog.setval/d");

    private static async Task<string> HashAsync(ScenarioServer server, string database, string filter)
    {
        var path = Path.GetTempFileName();
        try
        {
            await WriteAsync(server, database, path);
            await Programs.RunAsync("sed", ["-i", filter, path]);
            await using var stream = File.OpenRead(path);
            var hash = new XxHash128();
            await hash.AppendAsync(stream, TestContext.Current.CancellationToken);
            return Convert.ToHexString(hash.GetCurrentHash());
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Asserts that two files are alike, and shows the first lines that are not.</summary>
    public static async Task AssertSameAsync(string expected, string actual)
    {
        using var left = new StreamReader(expected, Encoding.UTF8);
        using var right = new StreamReader(actual, Encoding.UTF8);
        for (var line = 1; ; line++)
        {
            var one = await left.ReadLineAsync(TestContext.Current.CancellationToken);
            var other = await right.ReadLineAsync(TestContext.Current.CancellationToken);
            if (one is null && other is null)
            {
                return;
            }

            Assert.True(one == other, $"Line {line} differs.\nexpected: {Shorten(one)}\nactual:   {Shorten(other)}");
        }
    }

    private static string Shorten(string? line) => line is null ? "(end)" : line.Length > 300 ? line[..300] + "..." : line;
}
