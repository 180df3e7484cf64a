using System.Text;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Tests.Dump;

public sealed class ScriptScannerTests
{
    private const string Head = "--\n-- PostgreSQL database dump\n--\n\n\\restrict Abc123\n\n-- Dumped from database version 15.20 (Debian 15.20-0)\n-- Dumped by pg_dump version 15.21\n\nSET standard_conforming_strings = on;\n";
    private const string Tail = "\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict Abc123\n\n";

    [Fact]
    public void A_function_body_that_looks_like_a_dump_is_no_dump()
    {
        const string body = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $_$\nBEGIN\nCOPY x (a) FROM stdin;\n1\n\\.\n-- PostgreSQL database dump complete\n\\! id\nEND\n$_$;\n"
            + "CREATE FUNCTION g() RETURNS int\n    LANGUAGE sql\n    BEGIN ATOMIC\n SELECT CASE WHEN true THEN 1 ELSE 2 END;\n SELECT 2;\nEND;\n";
        var summary = Scan(Head + body + Tail, 7, out _);

        Assert.Equal(1, summary.Headers);
        Assert.Equal(1, summary.Trailers);
        Assert.Empty(summary.Tables);
        Assert.Empty(summary.Hazards);
        Assert.True(summary.EndsCleanly);
        Assert.Equal("15.20", summary.ServerVersion);
        Assert.Equal("15.21", summary.DumpVersion);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(100000)]
    public void Rows_are_the_same_however_the_bytes_are_cut(int chunk)
    {
        var script = Head
            + "COPY public.\"a \"\"b\nc.d\" (id, \"x, y\") FROM stdin;\n1\tone\n2\t\\\\.\n\\N\t\\.x\n\\\\\t\n\\.\n"
            + "COPY public.nocols  FROM stdin;\n\n\n\n\\.\n"
            + "CREATE TABLE c ();\nSELECT pg_catalog.setval('public.\"o''s\"', 42, true);\n"
            + "SELECT pg_catalog.lo_open('16390', 131072);\nSELECT pg_catalog.lowrite(0, '\\x616263');\nSELECT pg_catalog.lo_close(0);\n"
            + "-- load via partition root public.p\nCOPY public.p (a, b) FROM stdin;\n1\t2\n\\.\n"
            + "-- load via partition root public.p\nCOPY public.p (b, a) FROM stdin;\n4\t3\n\\.\n"
            + Tail;
        var summary = Scan(script, chunk, out var segments);

        Assert.Equal(script, segments.Text);
        Assert.Equal(["public.\"a \"\"b\nc.d\"", "public.nocols", "public.p"], summary.Tables.Select(table => table.Name));
        Assert.Equal([4L, 3L, 2L], summary.Tables.Select(table => table.Rows));
        Assert.Equal("id, \"x, y\"", summary.Tables[0].Columns);
        Assert.Equal(Fingerprint("1\tone", "2\t\\\\.", "\\N\t\\.x", "\\\\\t"), summary.Tables[0].Fingerprint);
        Assert.Equal(Fingerprint("", "", ""), summary.Tables[1].Fingerprint);
        Assert.Equal(Fingerprint("1\t2", "3\t4"), summary.Tables[2].Fingerprint);
        Assert.True(summary.Tables[2].LoadsViaPartitionRoot);
        Assert.Equal("1\tone\n2\t\\\\.\n\\N\t\\.x\n\\\\\t\n", segments.Rows(0));
        var large = Assert.Single(summary.LargeObjects);
        Assert.Equal((16390u, 3L, Fingerprint("abc")), (large.Oid, large.Size, large.Hash));
        var sequence = Assert.Single(summary.Sequences);
        Assert.Equal(("public.\"o's\"", 42L, true), (sequence.Name, sequence.LastValue, sequence.IsCalled));
        Assert.Empty(summary.Hazards);
        Assert.True(summary.EndsCleanly);
    }

    [Fact]
    public void A_permuted_column_list_of_one_root_is_compared_in_the_order_of_the_first()
    {
        var permutation = ColumnPermutation.Between("b, a, c", "a, b, c");

        Assert.NotNull(permutation);
        permutation.Keep("1\t"u8);
        Assert.Equal("2\t1\t3", Encoding.UTF8.GetString(permutation.Apply("2\t3"u8)));
        Assert.Null(ColumnPermutation.Between("a, b", "a, b"));
    }

    [Theory]
    [InlineData("\\! id\n", ScriptHazardKind.MetaCommand)]
    [InlineData("SELECT 1 \\gexec\n", ScriptHazardKind.MetaCommand)]
    [InlineData("\\o |cat\n", ScriptHazardKind.MetaCommand)]
    [InlineData("\\copy t from program 'id'\n", ScriptHazardKind.MetaCommand)]
    [InlineData("\\i /etc/passwd\n", ScriptHazardKind.MetaCommand)]
    [InlineData("\\unrestrict Other\n", ScriptHazardKind.MetaCommand)]
    [InlineData("\\restrict Second\n", ScriptHazardKind.MetaCommand)]
    [InlineData("SELECT 'a\\'; \\! id\n", ScriptHazardKind.MetaCommand)]
    [InlineData("SELECT 1 /* ' */ ; \\! id\n", ScriptHazardKind.MetaCommand)]
    [InlineData("SELECT E'\\'' ; \\! id\n", ScriptHazardKind.MetaCommand)]
    [InlineData("SELECT $a$ ' $a$ ; \\! id\n", ScriptHazardKind.MetaCommand)]
    [InlineData("SELECT 1a$b$ \\! id\n$b$;\n", ScriptHazardKind.Ambiguous)]
    [InlineData("COPY t FROM PROGRAM 'id';\n", ScriptHazardKind.ForeignCopy)]
    [InlineData("copy t (a) from stdin;\n1\n\\.\n", ScriptHazardKind.ForeignCopy)]
    [InlineData("COPY t (a) TO '/tmp/x';\n", ScriptHazardKind.ForeignCopy)]
    [InlineData("COPY t (a) FROM stdin; \\! id\n1\n\\.\n", ScriptHazardKind.ForeignCopy)]
    [InlineData("SET standard_conforming_strings = off;\n", ScriptHazardKind.StringSyntax)]
    [InlineData("SELECT set_config('standard_conforming_strings','off',false);\n", ScriptHazardKind.StringSyntax)]
    [InlineData("SET client_encoding = 'SJIS';\n", ScriptHazardKind.UnsafeEncoding)]
    [InlineData("SELECT E'a'\n'b\\' , ' ; \\! id --';\n", ScriptHazardKind.Ambiguous)]
    [InlineData("SELECT :x;\n", ScriptHazardKind.Ambiguous)]
    [InlineData("SELECT a[1:USER];\n", ScriptHazardKind.Ambiguous)]
    [InlineData("SELECT a[:'HOST'];\n", ScriptHazardKind.Ambiguous)]
    [InlineData("SELECT :{?x};\n", ScriptHazardKind.Ambiguous)]
    [InlineData("SELECT 1e-E'x';\n", ScriptHazardKind.Ambiguous)]
    [InlineData("SELECT 0x1F;\n", ScriptHazardKind.Ambiguous)]
    [InlineData("SELECT $1a;\n", ScriptHazardKind.Ambiguous)]
    [InlineData("SELECT $ 1;\n", ScriptHazardKind.Ambiguous)]
    [InlineData("CREATE FUNCTION begin() AS 'x'; COPY t FROM stdin; END;\n", ScriptHazardKind.Ambiguous)]
    [InlineData("SELECT 1\0;\n", ScriptHazardKind.Ambiguous)]
    [InlineData("-COPY t (a) FROM stdin;\n", ScriptHazardKind.ForeignCopy)]
    [InlineData("SELECT f();\nSELECT 'a\\', ' b';\n", ScriptHazardKind.StringSyntax)]
    [InlineData("INSERT INTO t VALUES (f());\nSELECT 'a\\', ' b';\n", ScriptHazardKind.StringSyntax)]
    [InlineData("DISCARD ALL;\nSELECT E'\u00e9\\'';\n", ScriptHazardKind.StringSyntax)]
    [InlineData("RESET standard_conforming_strings;\n", ScriptHazardKind.StringSyntax)]
    [InlineData("SET \"standard_conforming_strings\" = off;\n", ScriptHazardKind.StringSyntax)]
    [InlineData("SET NAMES 'SJIS';\n", ScriptHazardKind.UnsafeEncoding)]
    [InlineData("SET client_encoding TO 's-jis';\n", ScriptHazardKind.UnsafeEncoding)]
    public void Whatever_could_make_psql_run_programs_is_reported(string hostile, ScriptHazardKind kind)
    {
        foreach (var chunk in new[] { 1, 3, 4096 })
        {
            var summary = Scan(Head + hostile + Tail, chunk, out var segments);

            Assert.Contains(summary.Hazards, hazard => hazard.Kind == kind);
            Assert.Equal(Head + hostile + Tail, segments.Text);
        }
    }

    [Theory]
    [InlineData("CREATE VIEW v AS SELECT a[1:2], a[lo:hi], a[:n], a[1:\"N\"], a['-3'::integer:'-1'::integer], b::text FROM t;\n")]
    [InlineData("CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql COST 1e+06 RETURN ($1 + 1);\n")]
    [InlineData("SELECT pg_catalog.setval('public.\"o''s(\"', 42, true);\nSELECT pg_catalog.lowrite(0, '\\x6162');\nCOMMENT ON TABLE t IS 'C:\\';\n")]
    [InlineData("INSERT INTO public.\"a b\" (x, \"y z\") OVERRIDING SYSTEM VALUE VALUES (1, 'C:\\'), (-2.5, NULL);\nINSERT INTO t VALUES (B'101', 'x\\') ON CONFLICT DO NOTHING;\n")]
    [InlineData("SELECT * FROM pg_catalog.pg_restore_relation_stats('version', '180000'::integer, 'relname', 't', 'reltuples', '-1'::real);\nCOMMENT ON TABLE t IS 'C:\\';\n")]
    [InlineData("ALTER TABLE ONLY public.t ADD CONSTRAINT c CHECK ((a <> 'standard_conforming_strings'::text)) NOT VALID;\n")]
    [InlineData("ALTER ROLE x SET client_encoding TO 'SJIS';\nALTER ROLE x SET standard_conforming_strings TO 'off';\n")]
    [InlineData("SET SESSION AUTHORIZATION 'x';\nSET SESSION AUTHORIZATION DEFAULT;\nRESET SESSION AUTHORIZATION;\nSET default_tablespace = '';\nCOMMENT ON TABLE t IS 'C:\\';\n")]
    [InlineData("-- Windows\r\nCREATE TABLE t (\r\n    a text DEFAULT 'C:\\'::text\r\n);\r\n")]
    [InlineData("CREATE VIEW v AS SELECT JSON_OBJECT('a' : 1) AS j;\n")]
    public void What_pg_dump_writes_is_no_hazard(string text)
    {
        foreach (var chunk in new[] { 1, 3, 4096 })
        {
            Assert.Empty(Scan(Head + text + Tail, chunk, out _).Hazards);
        }
    }

    [Fact]
    public void An_overlong_set_statement_cannot_hide_what_it_sets()
    {
        var hostile = "SET " + new string(' ', 3 << 20) + "standard_conforming_strings = off;\n";

        Assert.NotEmpty(Scan(Head + hostile + Tail, 65536, out _).Hazards);
    }

    [Fact]
    public void A_dump_cut_anywhere_does_not_end_cleanly()
    {
        var script = Head + "COPY public.t (a) FROM stdin;\n1\n2\n\\.\n" + Tail;
        var end = script.IndexOf("complete", StringComparison.Ordinal) + "complete\n".Length;
        for (var length = Head.IndexOf("dump\n", StringComparison.Ordinal) + 5; length < end; length++)
        {
            Assert.False(Scan(script[..length], 4096, out _).EndsCleanly, $"cut at {length}");
        }

        Assert.True(Scan(script[..end], 4096, out _).EndsCleanly);
    }

    [Fact]
    public void Random_scripts_come_out_as_they_went_in()
    {
        var random = new Random(20261124);
        string[] parts = ["'", "\"", "$$", "$a$", "--", "/*", "*/", "\\", "\\.", "\n", ";", "(", ")", "COPY ", "COPY t (a) FROM stdin;", "E'", "BEGIN", "CREATE FUNCTION", "END", " ", "x", "-", "/", "\\restrict A\n", "\t", "C", "é"];
        for (var round = 0; round < 3000; round++)
        {
            var script = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => parts[random.Next(parts.Length)]));
            var whole = Scan(script, 1 << 20, out var first);
            var cut = Scan(script, random.Next(1, 6), out var second);

            Assert.Equal(script, first.Text);
            Assert.Equal(script, second.Text);
            Assert.Equal(whole.EndsCleanly, cut.EndsCleanly);
            Assert.Equal(whole.Hazards.Select(hazard => hazard.Kind), cut.Hazards.Select(hazard => hazard.Kind));
            Assert.Equal(whole.Tables, cut.Tables);
        }
    }

    [Fact]
    public void Names_in_another_encoding_are_read_right()
    {
        var latin1 = Encoding.Latin1.GetBytes(Head + "SET client_encoding = 'LATIN1';\nCOPY public.caf\u00e9 (a) FROM stdin;\n\u00e9\n\\.\n" + Tail);
        var scanner = new ScriptScanner();
        scanner.Append(latin1);
        var table = Assert.Single(scanner.Complete().Tables);

        Assert.Equal("public.caf\u00e9", table.Name);
        Assert.Equal(TableFingerprint.Empty.Add(Encoding.Latin1.GetBytes("\u00e9")), table.Fingerprint);
    }

    [Theory]
    [InlineData("drop database shop;\n")]
    [InlineData("DROP  DATABASE shop;\n")]
    [InlineData("DROP/**/DATABASE shop;\n")]
    [InlineData("CREATE ROLE evil SUPERUSER;\n")]
    [InlineData("ALTER USER postgres PASSWORD 'x';\n")]
    [InlineData("ALTER SYSTEM SET archive_command = 'id';\n")]
    [InlineData("DROP TABLESPACE t;\n")]
    [InlineData("DROP OWNED BY shop;\n")]
    [InlineData("GRANT pg_execute_server_program TO shop;\n")]
    [InlineData("GRANT ALL ON PARAMETER work_mem TO shop;\n")]
    [InlineData("DO $$ BEGIN END $$;\n")]
    [InlineData("LOAD 'x';\n")]
    [InlineData("VACUUM FULL;\n")]
    [InlineData("CALL f();\n")]
    [InlineData("ROLLBACK;\n")]
    [InlineData("COMMIT;\n")]
    [InlineData("BEGIN;\nBEGIN;\n")]
    [InlineData("BEGIN;\nCREATE TABLE t ();\nCOMMIT;\n")]
    [InlineData("SELECT dblink_exec('', 'DROP DATABASE shop');\n")]
    [InlineData("(SELECT lo_export(1, '/tmp/x'));\n")]
    [InlineData("INSERT INTO t SELECT f();\n")]
    [InlineData("DELETE FROM t;\n")]
    [InlineData("CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p;\n")]
    public void Statements_that_reach_beyond_a_dump_of_one_database_are_reported(string foreign)
    {
        foreach (var chunk in new[] { 1, 7, 65536 })
        {
            var summary = Scan(Head + foreign + Tail, chunk, out _);
            Assert.Contains(summary.ForeignStatements, statement => statement.Kind is ScriptHazardKind.ForeignStatement or ScriptHazardKind.WholeDatabase);
        }
    }

    [Theory]
    [InlineData("BEGIN;\n\nSELECT pg_catalog.lo_open('1', 131072);\nSELECT pg_catalog.lowrite(0, '\\x61');\nSELECT pg_catalog.lo_close(0);\n\nCOMMIT;\n")]
    [InlineData("CREATE USER MAPPING FOR shop SERVER s;\n")]
    [InlineData("ALTER TABLE ONLY public.\" database \" ADD CONSTRAINT \"x;y\" CHECK ((a > 0));\n")]
    [InlineData("GRANT SELECT(\" ON DATABASE \") ON TABLE public.t TO PUBLIC;\n")]
    [InlineData("REVOKE ALL ON SCHEMA public FROM PUBLIC;\n")]
    [InlineData("COMMENT ON DATABASE shop IS 'x';\n")]
    [InlineData("SECURITY LABEL FOR dummy ON TABLE public.t IS 'x';\n")]
    [InlineData("INSERT INTO public.t VALUES (1, 'it''s', NULL, true, B'01');\n")]
    [InlineData("REFRESH MATERIALIZED VIEW public.v;\n")]
    [InlineData("DROP TABLE IF EXISTS public.t;\nALTER TABLE IF EXISTS ONLY public.t DROP CONSTRAINT c;\n")]
    [InlineData("SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '7';\n")]
    [InlineData("CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p WITH (connect = false, slot_name = 's');\n")]
    [InlineData("SET SESSION AUTHORIZATION 'shop';\nRESET SESSION AUTHORIZATION;\n")]
    [InlineData("ALTER DEFAULT PRIVILEGES FOR ROLE shop IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;\n")]
    public void Statements_of_pg_dump_are_not_reported(string statement) =>
        Assert.Empty(Scan(Head + statement + Tail, 65536, out _).ForeignStatements);

    [Theory]
    [InlineData("select 1;\n", 1)]
    [InlineData("COPY t (a) FROM stdin;\n1\n\\.\n", 1)]
    [InlineData("-- a comment\n\n/* and another */\n", 0)]
    public void What_stands_behind_the_end_is_reported_unless_it_is_a_comment(string text, int count)
    {
        var found = Scan(Head + Tail + text, 3, out _).ForeignStatements;

        Assert.Equal(count, found.Count);
        Assert.All(found, statement => Assert.Equal(ScriptHazardKind.BehindTrailer, statement.Kind));
    }

    private static ScriptSummary Scan(string script, int chunk, out Recorder recorder)
    {
        recorder = new Recorder();
        var scanner = new ScriptScanner(recorder);
        var bytes = Encoding.UTF8.GetBytes(script);
        for (var start = 0; start < bytes.Length; start += chunk)
        {
            scanner.Append(bytes.AsSpan(start, Math.Min(chunk, bytes.Length - start)));
        }

        return scanner.Complete();
    }

    private static TableFingerprint Fingerprint(params string[] lines) =>
        lines.Aggregate(TableFingerprint.Empty, (sum, line) => sum.Add(Encoding.UTF8.GetBytes(line)));

    private sealed class Recorder : IScriptSegments
    {
        private readonly List<byte> all = [];
        private readonly Dictionary<int, List<byte>> rows = [];

        public string Text => Encoding.UTF8.GetString([.. all]);

        public string Rows(int run) => Encoding.UTF8.GetString([.. rows[run]]);

        public void OnSegment(ReadOnlySpan<byte> bytes, SegmentTag tag)
        {
            all.AddRange(bytes);
            if (tag.Kind == SegmentKind.CopyRows)
            {
                if (!rows.TryGetValue(tag.Run!.Number, out var list))
                {
                    rows.Add(tag.Run.Number, list = []);
                }

                list.AddRange(bytes);
            }
        }
    }
}
