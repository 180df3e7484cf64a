using System.Text;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Tests.Dump;

public sealed class SchemaTallyTests
{
    private const string Table = "CREATE TABLE public.t (\n    n integer\n);\n";
    private const string Function = "CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE sql\n    AS $$ SELECT 1; -- one\n$$;\n";
    private const string Grant = "GRANT SELECT ON TABLE public.t TO PUBLIC;\n";

    [Fact]
    public void The_order_of_statements_comments_and_what_is_no_schema_do_not_count()
    {
        var expected = Fingerprint(Table + Function + Grant);

        Assert.Equal(expected, Fingerprint(Grant + "-- a comment\n\n" + Function + Table));
        Assert.Equal(expected, Fingerprint("SET lock_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n" + Table + Function + Grant + "REFRESH MATERIALIZED VIEW public.m;\n"));
        Assert.Equal(expected, Fingerprint("SET client_encoding = 'UTF8';\nSET default_tablespace = '';\nSET default_table_access_method = heap;\n" + Table + Function + Grant));
    }

    [Theory]
    [InlineData("SELECT 1; -- one", "SELECT 1; -- One")]
    [InlineData("n integer", "n bigint")]
    [InlineData("TO PUBLIC", "TO app")]
    [InlineData("CREATE TABLE", "SET default_tablespace = fast;\nCREATE TABLE")]
    [InlineData("CREATE TABLE", "SET default_table_access_method = columnar;\nCREATE TABLE")]
    [InlineData("CREATE FUNCTION", "SET client_encoding = 'LATIN1';\nCREATE FUNCTION")]
    [InlineData("GRANT SELECT ON TABLE public.t TO PUBLIC;\n", "")]
    [InlineData("GRANT SELECT ON TABLE public.t TO PUBLIC;\n", "GRANT SELECT ON TABLE public.t TO PUBLIC;\nGRANT SELECT ON TABLE public.t TO PUBLIC;\n")]
    public void Every_other_difference_counts(string text, string by)
    {
        var schema = Table + Function + Grant;

        Assert.NotEqual(Fingerprint(schema), Fingerprint(schema.Replace(text, by, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_tablespace_counts_with_what_lies_in_it_only()
    {
        // Behind a table in a tablespace pg_dump leaves the setting as it is for what has none.
        Assert.Equal(
            Fingerprint("SET default_tablespace = fast;\n" + Table + Function),
            Fingerprint(Function + "SET default_tablespace = fast;\n" + Table));
        const string Key = "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (n);\n";
        const string Reference = "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_fkey FOREIGN KEY (n) REFERENCES public.t(n);\n";
        Assert.NotEqual(Fingerprint(Key), Fingerprint("SET default_tablespace = fast;\n" + Key));
        Assert.Equal(Fingerprint(Reference), Fingerprint("SET default_tablespace = fast;\n" + Reference));
    }

    [Fact]
    public void Chunks_cut_anywhere_and_statements_of_any_length_give_the_same()
    {
        var schema = Table + "CREATE VIEW public.v AS SELECT '" + new string('x', 3 << 20) + "';\n" + Grant;
        var expected = Fingerprint(schema);

        Assert.Equal(expected, Fingerprint(schema, 4096));
        Assert.Equal(expected, Fingerprint(schema, 1009));
        Assert.NotEqual(expected, Fingerprint(schema.Replace("x';", "y';", StringComparison.Ordinal), 1009));
    }

    [Fact]
    public void The_data_section_does_not_count()
    {
        const string Header = "--\n-- PostgreSQL database dump\n--\n\n";
        const string Trailer = "--\n-- PostgreSQL database dump complete\n--\n\n";
        string Whole(string data) => Header + Table + Trailer + Header + data + Trailer + Header + Grant + Trailer;

        Assert.Equal(Fingerprint(Whole("")), Fingerprint(Whole("ALTER SEQUENCE public.s RESTART;\nCOPY public.t (n) FROM stdin;\n1\n\\.\n\n")));
        Assert.Equal(Fingerprint(Table + Grant), Fingerprint(Whole("")));
    }

    private static TableFingerprint Fingerprint(string script, int chunk = int.MaxValue)
    {
        var scanner = new ScriptScanner();
        var bytes = Encoding.UTF8.GetBytes(script);
        for (var at = 0; at < bytes.Length; at += Math.Min(chunk, bytes.Length - at))
        {
            scanner.Append(bytes.AsSpan(at, Math.Min(chunk, bytes.Length - at)));
        }

        return scanner.Complete().Schema;
    }
}
