using System.Text;
using Mina.Backup.Engine.Restore;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class SqlStatementTests
{
    [Fact]
    public void Words_fold_to_lower_case_and_quoted_names_keep_theirs()
    {
        var statement = Parse("ALTER TABLE public.\"Odd \"\"one\" OWNER TO Bob;");

        Assert.True(statement.StartsWith("alter", "table"));
        Assert.Equal("Odd \"one", statement.NameAt(4));
        Assert.Equal("bob", statement.NameAt(7));
    }

    [Fact]
    public void Comments_texts_and_dollar_quotes_hold_no_words()
    {
        var statement = Parse("-- grant\n/* revoke /* nested */ grant */ SELECT 'grant''s', E'\\'grant', $x$ grant $x$;");

        Assert.Equal(["select"], statement.Tokens.Where(token => token.Kind == SqlTokenKind.Word).Select(token => token.Value));
        Assert.Equal(-1, statement.Find("grant"));
    }

    [Fact]
    public void A_quoted_keyword_is_a_name() =>
        Assert.False(Parse("\"grant\" x;").IsWord(0, "grant"));

    [Fact]
    public void Words_in_parentheses_are_not_found() =>
        Assert.Equal(-1, Parse("COPY (SELECT 1 FROM stdin) TO x;").Find("from"));

    [Fact]
    public void A_list_of_names_ends_with_its_last_comma() =>
        Assert.Equal(["a", "B c", "d"], Parse("GRANT a, \"B c\", d TO e;").NamesFrom(1));

    private static SqlStatement Parse(string text) => SqlStatement.Parse(Encoding.UTF8.GetBytes(text));
}
