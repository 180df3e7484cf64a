using System.Text.RegularExpressions;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Tests.Scenarios;

namespace Mina.Backup.Engine.Tests.Pitr;

/// <summary>The runbook for a restore by hand is run as it stands, with gpg, gunzip, tar and PostgreSQL alone.</summary>
public sealed partial class RunbookTests
{
    [Fact]
    public async Task The_commands_of_the_runbook_restore_a_cluster_to_a_point_in_time()
    {
        await using var site = await PitrSite.StartAsync();
        var folder = Path.Combine(Path.GetDirectoryName(site.Source.DataDirectory)!, "extra");
        await Programs.ShellAsync($"mkdir -m 700 {folder}; [ $(id -u) -ne 0 ] || chown postgres {folder}");
        await site.SqlAsync($"CREATE TABLESPACE extra LOCATION '{folder}'", "CREATE TABLE rows (n int) TABLESPACE extra");
        var made = await site.BackUpAsync();
        await site.SqlAsync("INSERT INTO rows VALUES (1)");
        var point = await site.ValueAsync("SELECT clock_timestamp()::text");
        await site.SqlAsync("INSERT INTO rows VALUES (2)");
        await site.ArchiveAsync();
        await site.PublishAsync();
        var hand = Path.Combine(site.Root, "hand");
        await Programs.ShellAsync($"""
            mkdir -m 700 {hand}; cp -a {site.ArchivePath} {hand}/archive; printf '%s\n' "$PASS" > {hand}/passphrase
            sed -e 's#^export ARCHIVE=.*#export ARCHIVE={hand}/archive#' -e 's#^export BASE=.*#export BASE={made.Name}#' -e 's#^export TARGET=.*#export TARGET={hand}/target#' -e 's#^export PASSPHRASE_FILE=.*#export PASSPHRASE_FILE={hand}/passphrase#' > {hand}/runbook.sh <<'RUNBOOK'
            {Commands()}
            RUNBOOK
            [ $(id -u) -ne 0 ] || chown -R postgres {hand}
            """, new Dictionary<string, string> { ["PASS"] = PitrSite.Passphrase });

        var account = new ServerAccount();
        await account.RunAsync(
            "/usr/bin/env",
            [$"PATH={site.Source.BinDirectory}:/usr/bin:/bin", $"HOME={hand}", $"POINT={point}", "MAX_PREPARED_TRANSACTIONS=5", "sh", "-eu", Path.Combine(hand, "runbook.sh")],
            null,
            PitrSite.Cancel);

        var target = new ConnectionTarget { Host = Path.Combine(hand, "target"), Port = 5499, Database = "postgres", Username = "postgres" };
        Assert.Equal("1", await PitrSite.ValueAsync(target, "SELECT string_agg(n::text, ',') FROM rows"));
        await account.RunAsync(Path.Combine(site.Source.BinDirectory, "pg_ctl"), ["stop", "-D", Path.Combine(hand, "target", "data"), "-m", "immediate", "-w", "-s"], null, PitrSite.Cancel);
    }

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
