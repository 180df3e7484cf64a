using System.Text;
using Mina.Backup.Engine.Restore;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class StatementSplitterTests
{
    [Theory]
    [InlineData("SELECT 1;\nSELECT 2;\n", 2)]
    [InlineData("SELECT ';';SELECT \";\";", 2)]
    [InlineData("SELECT E'\\';';SELECT 2;", 2)]
    [InlineData("SELECT $$;$$, $a$ $$ ; $a$;SELECT 2;", 2)]
    [InlineData("/* ; /* ; */ ; */ SELECT 1; -- ;\nSELECT 2;", 2)]
    [InlineData("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END;SELECT 2;", 2)]
    [InlineData("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);SELECT 2;", 2)]
    public void Statements_end_where_psql_ends_them(string script, int statements)
    {
        for (var size = 1; size <= script.Length; size += 3)
        {
            Assert.Equal(statements, Split(script, size).Count(piece => piece.Contains(';', StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void The_pieces_are_the_whole_script()
    {
        const string script = "-- head\nSET x = 1;\n\n/* c */ SELECT ';' ;\n-- tail\n";

        Assert.Equal(script, string.Concat(Split(script, 4)));
    }

    private static List<string> Split(string script, int size)
    {
        var pieces = new List<string>();
        var splitter = new StatementSplitter(text => pieces.Add(Encoding.UTF8.GetString(text)));
        foreach (var chunk in Encoding.UTF8.GetBytes(script).Chunk(size))
        {
            splitter.Append(chunk);
        }

        splitter.Flush();
        return pieces;
    }
}
