using System.Management.Automation;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class RowCmdletTests(BackupSite site) : IClassFixture<BackupSite>
{
    private const string Transaction = """
        [Mina.Backup.Model.WalTransaction] @{
            Xid = [uint]4711; CommitTime = [DateTimeOffset]::Parse('2026-11-24T14:35:01.5Z', [cultureinfo]::InvariantCulture); CommitLsn = [Mina.Backup.Model.Lsn]::Parse('16/B374D848')
            EndLsn = [Mina.Backup.Model.Lsn]::Parse('16/B374D870'); Timeline = [uint]1; Database = 'mina'; Subtransactions = 2
            Tables = [Mina.Backup.Model.WalTransactionTable[]]@(
                [Mina.Backup.Model.WalTransactionTable] @{ Table = 'public.sessions'; Filenode = '1663/5/16384'; Deleted = 1234567 },
                [Mina.Backup.Model.WalTransactionTable] @{ Table = 'public.segments'; Filenode = '1663/5/16390'; IsTruncated = $true; EstimatedRows = 9876 })
        }
        """;

    [Fact]
    public void A_transaction_pipes_into_a_branch_of_the_state_just_before_it()
    {
        using var session = new ModuleSession();
        session.Run(Transaction + " | New-MinaPitrBranch -WhatIf").ThrowIfFailed();

        Assert.Contains("LSN 16/B374D848", session.Screen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("inclusive", session.Screen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Transactions_show_what_they_did()
    {
        using var english = new ModuleSession("en-US");
        using var german = new ModuleSession("de-DE");
        var shown = english.Show(Transaction);

        foreach (var text in (string[])["4711", "2026-11-24 14:35:01.500Z", "16/B374D848", "mina", "1234567", "public.sessions (1234567 deleted)"])
        {
            Assert.Contains(text, shown, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("#ERR", shown, StringComparison.Ordinal);
        Assert.Equal(shown, german.Show(Transaction));
        Assert.Contains("9876", english.Show("(" + Transaction + ").Tables"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_compared_counted_copied_and_exported()
    {
        const string Before = "before_rows";
        site.Sql(site.DatabaseUri, "CREATE TABLE lost (id int PRIMARY KEY, v text); INSERT INTO lost SELECT n, 'v' || n FROM generate_series(1, 50) n");
        site.Sql(site.ServerUri, $"CREATE DATABASE {Before} TEMPLATE mina");
        site.Sql(site.DatabaseUri, "DELETE FROM lost WHERE id <= 20; UPDATE lost SET v = 'x' WHERE id = 30; INSERT INTO lost VALUES (99, 'later')");
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        object[] arguments = [site.UriOf(Before), site.DatabaseUri, folder];

        var compared = Single(session.Run("Compare-MinaPitrBranch $args[0] lost -Database $args[1]", arguments));
        Assert.Equal((20L, 1L, 1L), (compared.Missing, compared.Changed, compared.Extra));
        var shown = session.Show("Compare-MinaPitrBranch $args[0] lost -Database $args[1]", arguments);
        Assert.Contains("public.lost", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("#ERR", shown, StringComparison.Ordinal);

        var counted = Single(session.Run("Copy-MinaPitrRow $args[0] lost -Mode All -Database $args[1] -WhatIf", arguments));
        Assert.Equal((20L, 1L, false), (counted.Inserted, counted.Updated, counted.IsApplied));
        Assert.Contains("What if: Copy missing rows, and changed ones, overwriting the live ones, of lost from the branch at the address given into ", session.Screen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("postgresql://", session.Screen.Text, StringComparison.Ordinal);
        Assert.Equal("31", site.Sql(site.DatabaseUri, "SELECT count(*) FROM lost"));

        var copied = Single(session.Run("Copy-MinaPitrRow $args[0] lost -Database $args[1] -Confirm:$false", arguments));
        Assert.Equal((20L, 0L, true), (copied.Inserted, copied.Updated, copied.IsApplied));
        Assert.Equal("51|x", site.Sql(site.DatabaseUri, "SELECT count(*), max(v) FILTER (WHERE id = 30) FROM lost"));

        var exported = Single(session.Run("Export-MinaPitrTable $args[0] lost -Path $args[2]", arguments));
        Assert.Equal(50L, exported.Rows);
        Assert.Equal("id,v", File.ReadLines(Path.Combine(folder, "lost.csv")).First());
    }

    [Fact]
    public void A_failure_names_the_branch_and_never_its_address()
    {
        using var session = new ModuleSession();
        var unknown = session.Run("Compare-MinaPitrBranch nowhere -Database $args[0]", site.DatabaseUri).Error;
        var address = session.Run("Compare-MinaPitrBranch 'postgresql://nobody:verysecret@127.0.0.1:1/x' -Database $args[0]", site.DatabaseUri).Error;

        Assert.StartsWith("BranchNotFound,", unknown.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("ServerUnreachable,", address.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain("verysecret", address.ToString() + address.TargetObject, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_can_overwrite_asks_by_itself()
    {
        using var session = new ModuleSession();
        foreach (var (cmdlet, impact) in new[] { ("Copy-MinaPitrRow", "High"), ("Export-MinaPitrTable", "Medium") })
        {
            var metadata = session.Run("[System.Management.Automation.CommandMetadata]::new((Get-Command $args[0]))", cmdlet).Output.Single();
            Assert.Equal(impact, metadata.Properties["ConfirmImpact"].Value.ToString());
        }
    }

    private static dynamic Single(ScriptOutcome outcome)
    {
        outcome.ThrowIfFailed();
        return ((PSObject)outcome.Output.Single()).BaseObject;
    }
}
