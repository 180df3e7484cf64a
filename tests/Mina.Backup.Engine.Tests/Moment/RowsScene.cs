using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Moment;

/// <summary>A live database and a copy of it from before the accident, which stands in for a branch.</summary>
internal sealed class RowsScene : IAsyncDisposable
{
    private const string Content = """
        CREATE TYPE mood AS ENUM ('sad', 'happy');
        CREATE TYPE pair AS (a int, m mood);
        CREATE DOMAIN short AS varchar(20) CHECK (length(VALUE) > 0);
        CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, email text UNIQUE);
        CREATE TABLE sessions (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES users ON DELETE CASCADE, title short, minutes int, hours numeric GENERATED ALWAYS AS (minutes / 60.0) STORED, at timestamptz);
        CREATE TABLE segments (session_id int REFERENCES sessions ON DELETE CASCADE, number int, body text, moods mood[], extra pair, doc jsonb, raw bytea, PRIMARY KEY (session_id, number));
        CREATE TABLE texts (k text COLLATE "en-x-icu", u uuid, n numeric, v double precision, PRIMARY KEY (k, u, n));
        CREATE TABLE keyless (a int, b text);
        CREATE TABLE parted (k int, at date, v text, PRIMARY KEY (k, at)) PARTITION BY RANGE (at);
        CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2026-01-01');
        CREATE TABLE parted_new PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2030-01-01');
        CREATE INDEX ON sessions (title);
        INSERT INTO users (name, email) SELECT 'user ' || g, 'u' || g || '@example.com' FROM generate_series(1, 300) g;
        INSERT INTO sessions (user_id, title, minutes, at) SELECT 1 + g % 300, 'session ' || g, g % 90, timestamptz '2026-01-01' + g * interval '1 hour' FROM generate_series(1, 900) g;
        INSERT INTO segments SELECT 1 + g % 900, g / 900, CASE WHEN g % 7 = 0 THEN NULL ELSE repeat(E'line\t\\ \n', g % 60) END,
               ARRAY['sad', 'happy']::mood[], ROW(g, 'happy')::pair, jsonb_build_object('g', g), decode(md5(g::text), 'hex') FROM generate_series(0, 2699) g;
        INSERT INTO texts SELECT c, md5(c || g)::uuid, g / 10.0, g / 3.0 FROM unnest(ARRAY['a', 'B', 'b', 'ä', 'z', 'Zoë', '€', '😀', E'tab\t', '']) c, generate_series(1, 30) g;
        INSERT INTO keyless SELECT g % 10, 'row ' || g % 25 FROM generate_series(1, 200) g;
        INSERT INTO keyless VALUES (NULL, NULL), (NULL, NULL);
        INSERT INTO parted SELECT g, CASE WHEN g % 2 = 0 THEN date '2025-05-05' ELSE date '2026-05-05' END, 'v' || g FROM generate_series(1, 200) g;
        """;

    private RowsScene(TestMachine machine, TestDatabase live, TestDatabase branch)
    {
        Machine = machine;
        Live = live;
        Branch = branch;
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public TestMachine Machine { get; }

    public TestDatabase Live { get; }

    public TestDatabase Branch { get; }

    public QuietObserver Observer { get; } = new();

    private RowRecoveryEngine Engine => new(Machine.Environment, TimeProvider.System);

    public static async Task<RowsScene> CreateAsync(ClusterFixture clusters, string? more = null)
    {
        var live = await clusters.CreateDatabaseAsync(Content + more);
        var branch = await TestDatabase.CreateAsync(live.Target.WithDatabase("postgres"), live.Name + "_branch", live.Name);
        return new RowsScene(new TestMachine(), live, branch);
    }

    /// <summary>Every row of a table in an order of its own, as one text: what a control copy must equal.</summary>
    public static Task<string> ContentAsync(TestDatabase database, string table, string condition = "true") =>
        database.ScalarAsync<string>($"SELECT coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), 'none') || ' ' || count(*) FROM {table} t WHERE {condition}");

    public Task<IReadOnlyList<PitrTableComparison>> CompareAsync(string[] tables, string? where = null) =>
        Engine.CompareAsync(new PitrRowsRequest { BranchUri = Branch.Uri, BranchName = "before", BranchDatabase = Branch.Name, Database = Live.Uri, Tables = tables, Where = where }, Observer, Token);

    public Task<IReadOnlyList<PitrCopyResult>> CopyAsync(PitrCopyMode mode, string[] tables, Func<PitrCopyRequest, PitrCopyRequest>? change = null)
    {
        var request = new PitrCopyRequest { BranchUri = Branch.Uri, BranchName = "before", BranchDatabase = Branch.Name, Database = Live.Uri, Tables = tables, Mode = mode };
        return Engine.CopyAsync(change?.Invoke(request) ?? request, Observer, Token);
    }

    public Task<IReadOnlyList<PitrExport>> ExportAsync(string[] tables, string folder, string? where = null, bool force = false) =>
        Engine.ExportAsync(new PitrExportRequest { BranchUri = Branch.Uri, Tables = tables, Folder = folder, Where = where, Force = force }, Observer, Token);

    public async ValueTask DisposeAsync()
    {
        await Branch.DisposeAsync();
        await Live.DisposeAsync();
        Machine.Dispose();
    }
}
