using System.Text.RegularExpressions;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Tests.Pitr.Incremental;
using Mina.Backup.Engine.Tests.Scenarios;

namespace Mina.Backup.Engine.Tests.Pitr;

/// <summary>The runbook for a restore by hand is run as it stands, with gpg, gunzip, tar and PostgreSQL alone.</summary>
public sealed partial class RunbookTests
{
    [Fact]
    public async Task The_commands_of_the_runbook_restore_a_cluster_to_a_point_in_time()
    {
        await using var site = await PitrSite.StartAsync();
        await site.MakeTablespaceAsync("extra");
        await site.SqlAsync("CREATE TABLE rows (n int) TABLESPACE extra");
        var made = await site.BackUpAsync();
        await site.SqlAsync("INSERT INTO rows VALUES (1)");
        var point = await site.ValueAsync("SELECT clock_timestamp()::text");
        await site.SqlAsync("INSERT INTO rows VALUES (2)");
        await site.ArchiveAsync();
        await site.PublishAsync();

        var target = await RestoreAsync(site, made.Name, point);

        Assert.Equal("1", await PitrSite.ValueAsync(target, "SELECT string_agg(n::text, ',') FROM rows"));
        await StopAsync(site);
    }

    [Fact]
    public async Task The_commands_of_the_runbook_put_an_incremental_base_backup_together_with_what_it_builds_on()
    {
        await using var site = await IncrementalSite.StartAsync();
        await site.MakeTablespaceAsync("extra");
        await site.SqlAsync("CREATE TABLE rows TABLESPACE extra AS SELECT g AS n, 0 AS touched FROM generate_series(1, 50000) g");
        await site.BackUpAsync();
        await site.SqlAsync("UPDATE rows SET touched = 1 WHERE n % 5000 = 0");
        await site.BackUpMoreAsync();
        await site.SqlAsync("UPDATE rows SET touched = 2 WHERE n = 7");
        var made = await site.BackUpMoreAsync();
        await site.SqlAsync("INSERT INTO rows VALUES (-1, 3)");
        var point = await site.ValueAsync("SELECT clock_timestamp()::text");
        await site.SqlAsync("INSERT INTO rows VALUES (-2, 4)");
        await site.ArchiveAsync();
        await site.PublishAsync();

        var target = await RestoreAsync(site, string.Join(' ', made.Chain), point);

        Assert.Equal("50001|15", await PitrSite.ValueAsync(target, "SELECT count(*) || '|' || sum(touched) FROM rows"));
        await StopAsync(site);
    }

    /// <summary>Runs the commands and tells how to reach what they restored.</summary>
    private static async Task<ConnectionTarget> RestoreAsync(PitrSite site, string bases, string point)
    {
        var hand = HandOf(site);
        await Programs.ShellAsync($"""
            mkdir -m 700 {hand}; cp -a {site.ArchivePath} {hand}/archive; printf '%s\n' "$PASS" > {hand}/passphrase
            sed -e 's#^export ARCHIVE=.*#export ARCHIVE={hand}/archive#' -e 's#^export BASE=.*#export BASE="{bases}"#' -e 's#^export TARGET=.*#export TARGET={hand}/target#' -e 's#^export PASSPHRASE_FILE=.*#export PASSPHRASE_FILE={hand}/passphrase#' > {hand}/runbook.sh <<'RUNBOOK'
            {Commands()}
            RUNBOOK
            [ $(id -u) -ne 0 ] || chown -R postgres {hand}
            """, new Dictionary<string, string> { ["PASS"] = PitrSite.Passphrase });
        await new ServerAccount().RunAsync(
            "/usr/bin/env",
            [$"PATH={site.Source.BinDirectory}:/usr/bin:/bin", $"HOME={hand}", $"POINT={point}", "MAX_PREPARED_TRANSACTIONS=5", "sh", "-eu", Path.Combine(hand, "runbook.sh")],
            null,
            PitrSite.Cancel);
        return new ConnectionTarget { Host = Path.Combine(hand, "target"), Port = 5499, Database = "postgres", Username = "postgres" };
    }

    private static async Task StopAsync(PitrSite site) => await new ServerAccount().RunAsync(
        Path.Combine(site.Source.BinDirectory, "pg_ctl"), ["stop", "-D", Path.Combine(HandOf(site), "target", "data"), "-m", "immediate", "-w", "-s"], null, PitrSite.Cancel);

    private static string HandOf(PitrSite site) => Path.Combine(site.Root, "hand");

    private static string Commands()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mina.Backup.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        }

        var text = File.ReadAllText(Path.Combine(folder.FullName, "docs", "runbooks", "restore-by-hand.md"));
        return string.Join('\n', Block().Matches(text).Select(match => match.Groups[1].Value));
    }

    [GeneratedRegex("^```sh\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
