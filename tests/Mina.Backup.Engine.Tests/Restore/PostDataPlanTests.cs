using System.Text;
using Mina.Backup.Engine.Restore;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class PostDataPlanTests
{
    [Theory]
    [InlineData("CREATE INDEX a ON public.t USING btree (b);", "Key", "", "\"public\".\"t\"")]
    [InlineData("CREATE UNIQUE INDEX \"on\" ON ONLY \"my schema\".\"on\" USING btree (b);", "Key", "", "\"my schema\".\"on\"")]
    [InlineData("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);", "Key", "\"public\".\"t\"", "")]
    [InlineData("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT \"foreign\" UNIQUE (id);", "Key", "\"public\".\"t\"", "")]
    [InlineData("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT x EXCLUDE USING gist (r WITH &&);", "Key", "\"public\".\"t\"", "")]
    [InlineData("ALTER TABLE ONLY public.a\n    ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES public.b(id) NOT VALID;", "ForeignKey", "\"public\".\"a\" \"public\".\"b\"", "")]
    [InlineData("ALTER TABLE public.a\n    ADD CONSTRAINT c CHECK ((a > 0)) NOT VALID;", "Other", "", "")]
    [InlineData("ALTER TABLE public.t CLUSTER ON t_pkey;", "Follower", "", "")]
    [InlineData("ALTER TABLE ONLY public.t REPLICA IDENTITY USING INDEX i;", "Follower", "", "")]
    [InlineData("ALTER TABLE ONLY public.t REPLICA IDENTITY FULL;", "Definition", "", "")]
    [InlineData("ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;", "Definition", "", "")]
    [InlineData("ALTER TABLE public.t DISABLE TRIGGER x;", "Definition", "", "")]
    [InlineData("ALTER TABLE public.t ALTER COLUMN a SET DEFAULT public.f();", "Other", "", "")]
    [InlineData("CREATE RULE r AS ON INSERT TO public.t DO INSTEAD NOTHING;", "Definition", "", "")]
    [InlineData("CREATE PUBLICATION p FOR ALL TABLES;", "Definition", "", "")]
    [InlineData("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.f();", "Other", "", "")]
    [InlineData("SELECT public.f();", "Other", "", "")]
    [InlineData("ALTER INDEX public.p ATTACH PARTITION public.c;", "Follower", "", "")]
    [InlineData("COMMENT ON INDEX public.i IS 'x';", "Follower", "", "")]
    [InlineData("SET default_tablespace = '';", "Setting", "", "")]
    [InlineData("SELECT pg_catalog.set_config('search_path', '', false);", "Setting", "", "")]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();", "Definition", "", "")]
    [InlineData("REFRESH MATERIALIZED VIEW public.m;", "Other", "", "")]
    public void A_statement_is_what_it_says(string sql, string kind, string tables, string shared)
    {
        var step = Step(sql);
        Assert.Equal(kind, step.Kind.ToString());
        Assert.Equal(tables, string.Join(' ', step.Tables));
        Assert.Equal(shared, string.Join(' ', step.Shared));
    }

    [Fact]
    public void Keys_go_together_primary_ones_first_and_nothing_passes_what_it_could_need()
    {
        var stages = PostDataPlan.Arrange(new[]
        {
            "SET default_tablespace = '';",
            "CREATE INDEX i ON public.a USING btree (x);",
            "COMMENT ON INDEX public.i IS 'x';",
            "SET default_tablespace = 'fast';",
            "ALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);",
            "ALTER INDEX public.p ATTACH PARTITION public.i;",
            "CREATE TRIGGER t AFTER INSERT ON public.a EXECUTE FUNCTION public.f();",
            "ALTER TABLE ONLY public.a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES public.b(id);",
            "ALTER TABLE ONLY public.b ADD CONSTRAINT g FOREIGN KEY (a) REFERENCES public.a(id);",
            "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION public.f();",
            "CREATE INDEX late ON public.m USING btree (x);",
        }.Select(Step));

        Assert.Equal(
            ["a_pkey i / COMMENT ALTER CREATE", "f g / CREATE", "late / "],
            stages.Select(stage => $"{string.Join(' ', stage.Parallel.Select(task => NameOf(task.Step.Sql)))} / {string.Join(' ', stage.Sequential.Select(task => task.Step.Sql.Split(' ')[0]))}"));
        Assert.Equal(["SET default_tablespace = '';", "SET default_tablespace = 'fast';"], stages[0].Parallel[0].Settings);
        Assert.Equal(["SET default_tablespace = '';"], stages[0].Parallel[1].Settings);
        // What an event trigger does comes with any statement behind it.
        Assert.Equal([true, false, true], stages.Select(stage => stage.LeavesRows));
    }

    [Fact]
    public async Task Statements_on_one_table_never_run_together_and_those_on_others_do()
    {
        var tasks = new[]
        {
            "ALTER TABLE ONLY public.a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES public.b(id);",
            "ALTER TABLE ONLY public.b ADD CONSTRAINT g FOREIGN KEY (a) REFERENCES public.a(id);",
            "ALTER TABLE ONLY public.c ADD CONSTRAINT h FOREIGN KEY (d) REFERENCES public.d(id);",
        }.Select(sql => new PostDataTask(Step(sql), [])).ToList();
        var queue = new PostDataQueue(tasks);

        var first = await queue.TakeAsync(TestContext.Current.CancellationToken);
        var second = await queue.TakeAsync(TestContext.Current.CancellationToken);
        var third = queue.TakeAsync(TestContext.Current.CancellationToken);

        Assert.Equal([tasks[0], tasks[2]], [first, second]);
        Assert.False(third.IsCompleted);
        queue.Release(second!);
        Assert.False(third.IsCompleted);
        queue.Release(first!);
        Assert.Equal(tasks[1], await third);
        Assert.Null(await queue.TakeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Splitting_and_joining_gives_back_the_same_text_wherever_it_is_cut()
    {
        var random = new Random(20261124);
        string[] parts =
        [
            "CREATE INDEX i ON t (a);\n", "-- a; comment\n", "/* a; /* nested; */ */", "SELECT 'a;''b', E'\\'; ', \"x;\"\"y\" ;\n", "DO $$ BEGIN; END $$;\n", "DO $a$ $$;$$ ; $a$;",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END;\n", "  \n", "ALTER TABLE t ADD CONSTRAINT c CHECK ((a <> ';'::text));\n", "COMMENT ON TABLE t IS 'ünïcödé; $$';\n",
        ];
        for (var round = 0; round < 500; round++)
        {
            var chosen = Enumerable.Range(0, random.Next(1, 30)).Select(_ => parts[random.Next(parts.Length)]).ToList();
            var text = Encoding.UTF8.GetBytes(string.Concat(chosen));
            var pieces = new List<byte[]>();
            var splitter = new StatementSplitter(piece => pieces.Add(piece.ToArray()));
            for (var at = 0; at < text.Length;)
            {
                var take = Math.Min(random.Next(1, 40), text.Length - at);
                splitter.Append(text.AsSpan(at, take));
                at += take;
            }

            splitter.Flush();

            Assert.Equal(text, pieces.SelectMany(piece => piece));
            Assert.Equal(chosen.Count(part => part.TrimEnd().EndsWith(';')), pieces.Count(piece => SqlStatement.Parse(piece).Tokens.Count > 0));
        }
    }

    private static PostDataStep Step(string sql) => PostDataStep.Of(sql, SqlStatement.Parse(Encoding.UTF8.GetBytes(sql)));

    private static string NameOf(string sql) => sql.Contains("CONSTRAINT", StringComparison.Ordinal) ? sql.Split("CONSTRAINT ")[1].Split(' ')[0] : sql.Split(' ')[2];
}
