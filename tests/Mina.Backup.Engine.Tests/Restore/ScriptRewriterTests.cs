using System.Text;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class ScriptRewriterTests
{
    private const string Head = "--\n-- PostgreSQL database dump\n--\n\n";
    private const string Tail = "\n--\n-- PostgreSQL database dump complete\n--\n\n";

    [Fact]
    public void Without_filter_only_the_restrict_lines_go()
    {
        var script = Head + "\\restrict abc\n\nSELECT 1;\nCOPY public.t (a) FROM stdin;\n\\\\x\nGRANT x;\n\\.\n" + Tail + "\\unrestrict abc\n\n";

        Assert.Equal(
            script.Replace("\\restrict abc\n", "", StringComparison.Ordinal).Replace("\\unrestrict abc\n", "", StringComparison.Ordinal),
            Rewrite(script, new ScriptFilter()));
    }

    [Theory]
    [InlineData("ALTER TABLE public.t OWNER TO bob;")]
    [InlineData("ALTER FUNCTION public.owner(a text) OWNER TO \"Bob B\";")]
    [InlineData("ALTER LARGE OBJECT 1234 OWNER TO bob;")]
    [InlineData("SET SESSION AUTHORIZATION 'bob';")]
    public void Owners_are_left_out(string statement) =>
        Assert.DoesNotContain(statement, Rewrite(Head + "SELECT 1;\n" + statement + "\nSELECT 2;" + Tail, new ScriptFilter(DropOwner: true)), StringComparison.Ordinal);

    [Theory]
    [InlineData("GRANT ALL ON TABLE public.t TO bob;")]
    [InlineData("REVOKE USAGE ON SCHEMA public FROM PUBLIC;")]
    [InlineData("ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO b;")]
    public void Privileges_are_left_out(string statement) =>
        Assert.DoesNotContain(statement, Rewrite(Head + "SELECT 1;\n" + statement + "\nSELECT 2;" + Tail, new ScriptFilter(DropPrivileges: true)), StringComparison.Ordinal);

    [Fact]
    public void A_setting_that_older_servers_do_not_know_is_left_out()
    {
        var result = Rewrite(Head + "SET statement_timeout = 0;\nSET transaction_timeout = 0;\n" + Tail, new ScriptFilter(DropTransactionTimeout: true));

        Assert.Contains("statement_timeout", result, StringComparison.Ordinal);
        Assert.DoesNotContain("transaction_timeout", result, StringComparison.Ordinal);
    }

    [Fact]
    public void What_only_looks_like_owners_or_privileges_stays()
    {
        const string body = """
            CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $_$
            GRANT ALL ON TABLE public.t TO bob;
            ALTER TABLE public.t OWNER TO bob;
            $_$;
            COMMENT ON TABLE public.t IS 'x
            REVOKE ALL ON TABLE public.t FROM bob;
            ';
            ALTER TABLE ONLY public.t ADD COLUMN owner integer;
            COPY public.t (a) FROM stdin;
            GRANT ALL ON TABLE public.t TO bob;
            \.
            """;
        var script = Head + body + "\n" + Tail;

        Assert.Equal(script, Rewrite(script, new ScriptFilter(DropOwner: true, DropPrivileges: true, OneTransaction: true)));
    }

    [Fact]
    public void In_one_transaction_the_frame_around_large_objects_goes()
    {
        var result = Rewrite(Head + "BEGIN;\nSELECT pg_catalog.lo_open('1', 131072);\nCOMMIT;\n" + Tail, new ScriptFilter(OneTransaction: true));

        Assert.DoesNotContain("BEGIN", result, StringComparison.Ordinal);
        Assert.DoesNotContain("COMMIT", result, StringComparison.Ordinal);
        Assert.Contains("lo_open", result, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ROLLBACK;")]
    [InlineData("COMMIT AND CHAIN;")]
    [InlineData("PREPARE TRANSACTION 'x';")]
    public void Whatever_else_would_end_the_transaction_is_refused(string statement)
    {
        var error = Assert.Throws<RestoreException>(() => Rewrite(Head + statement + Tail, new ScriptFilter(OneTransaction: true)));

        Assert.Equal("InPlaceNotPossible", error.ErrorId);
    }

    [Theory]
    [InlineData("\\! touch /tmp/x\n")]
    [InlineData("SELECT 1 \\g |cat\n")]
    [InlineData("\\unrestrict abc\n\\! id\n")]
    public void Meta_commands_are_hostile(string line)
    {
        var error = Assert.Throws<IntegrityException>(() => Rewrite(Head + line + Tail, new ScriptFilter()));

        Assert.Equal("HostileScript", error.ErrorId);
    }

    private static string Rewrite(string script, ScriptFilter filter)
    {
        var result = new StringBuilder();
        var rewriter = new ScriptRewriter(filter);
        foreach (var chunk in Encoding.UTF8.GetBytes(script).Chunk(7))
        {
            rewriter.Append(chunk, "test");
            result.Append(Encoding.UTF8.GetString(rewriter.Output.Span));
            rewriter.Clear();
        }

        rewriter.Complete("test");
        return result.Append(Encoding.UTF8.GetString(rewriter.Output.Span)).ToString();
    }
}
