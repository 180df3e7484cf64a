using System.Globalization;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr.Incremental;

/// <summary>What the tests of incremental base backups do with a site whose server is new enough.</summary>
internal static class IncrementalSite
{
    /// <summary>A site whose server notes which blocks change.</summary>
    public static Task<PitrSite> StartAsync(bool summaries = true) => PitrSite.StartAsync(
        new Dictionary<string, string> { ["summarize_wal"] = summaries ? "on" : "off" }, programs: NewerServer.RequirePrograms());

    /// <summary>Makes an incremental base backup.</summary>
    public static Task<BaseBackupResult> BackUpMoreAsync(this PitrSite site, string? parent = null) =>
        site.BackUpAsync(request => request with { Incremental = true, Parent = parent });

    /// <summary>Enough rows for files of more than a few blocks.</summary>
    public static Task FillAsync(this PitrSite site) => site.SqlAsync(
        "CREATE TABLE wide AS SELECT g AS id, 0 AS touched, md5(g::text) || repeat('x', 100) AS t FROM generate_series(1, 40000) g",
        "CREATE TABLE ledger (xid bigint PRIMARY KEY, writer int)");

    /// <summary>Four writers at once: each transaction leaves its id in the ledger and changes rows elsewhere.</summary>
    public static Task WriteAsync(this PitrSite site, int transactions) => Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
    {
        for (var i = 0; i < transactions; i++)
        {
            await site.SqlAsync($"""
                WITH changed AS (UPDATE wide SET touched = touched + 1 WHERE id % 40 = {writer} AND id BETWEEN {i * 500} AND {(i * 500) + 500} RETURNING 1)
                INSERT INTO ledger SELECT pg_current_xact_id()::text::bigint, {writer} FROM (SELECT count(*) FROM changed) c
                """);
        }
    })));

    /// <summary>Everything in the tables as one value.</summary>
    public const string Digest = "SELECT md5(string_agg(r, '|' ORDER BY r)) FROM (SELECT l::text AS r FROM ledger l UNION ALL SELECT w::text FROM wide w) rows";

    /// <summary>A time of the source's clock.</summary>
    public static async Task<DateTimeOffset> NowAsync(this PitrSite site) => DateTimeOffset.Parse(
        await site.ValueAsync("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"), CultureInfo.InvariantCulture);

    /// <summary>Makes a tablespace on the source.</summary>
    public static async Task MakeTablespaceAsync(this PitrSite site, string name)
    {
        var folder = Path.Combine(Path.GetDirectoryName(site.Source.DataDirectory)!, name);
        await Programs.ShellAsync($"mkdir -m 700 {folder}; [ $(id -u) -ne 0 ] || chown postgres {folder}");
        await site.SqlAsync($"CREATE TABLESPACE {name} LOCATION '{folder}'");
    }

    /// <summary>Base backups as they are listed, newest first.</summary>
    public static async Task<List<BaseBackupInfo>> ListAsync(this PitrSite site)
    {
        var list = new List<BaseBackupInfo>();
        await foreach (var backup in site.Engine.ListBasesAsync(new BaseBackupQuery(), PitrSite.Cancel))
        {
            list.Add(backup);
        }

        return list;
    }

    /// <summary>Verifies a base backup.</summary>
    public static Task<BaseBackupVerification> VerifyAsync(this PitrSite site, string name) =>
        site.Engine.VerifyBaseAsync(new VerifyBaseBackupRequest { Name = name }, site.Observer, PitrSite.Cancel);

    /// <summary>Flips a bit in the middle of a base backup's tar.</summary>
    public static async Task DamageAsync(BaseBackupInfo backup)
    {
        var bytes = await File.ReadAllBytesAsync(backup.Path, PitrSite.Cancel);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(backup.Path, bytes, PitrSite.Cancel);
    }

    /// <summary>The point at a time.</summary>
    public static PitrTarget At(DateTimeOffset time) => new() { Kind = PitrTargetKind.Time, Time = time };
}
