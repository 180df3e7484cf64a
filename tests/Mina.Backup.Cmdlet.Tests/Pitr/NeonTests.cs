using System.Globalization;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests.Pitr;

public sealed class NeonTests(PitrSite site) : IClassFixture<PitrSite>
{
    private const string Now = "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

    [Fact]
    public void The_same_script_brings_rows_back_whoever_makes_the_branch()
    {
        using var session = new ModuleSession();
        NeonProcess.CreateOwner(site);
        session.Run("New-MinaBaseBackup $args[0]", site.Uri).ThrowIfFailed();
        PitrSite.Sql(site.Uri, "ALTER TABLE users ADD PRIMARY KEY (id)");
        var lsn = PitrSite.Sql(site.Uri, "SELECT pg_current_wal_insert_lsn()");
        var time = PitrSite.Sql(site.Uri, Now);
        PitrSite.Sql(site.Uri, "DELETE FROM users WHERE id <= 400");
        site.Archive();
        Assert.Equal("Local 400 400 0 True 'Local before' ''", Run(session, "@{ Lsn = $args[2] }", lsn));

        PitrSite.Sql(site.Uri, "DELETE FROM users WHERE id <= 300");
        using var neon = new NeonProcess(site);
        Assert.Equal("Neon 300 300 0 True 'Neon before' 'main'", Run(session, "@{ At = $args[2] }", time));

        // The rest of what an operator asks of the project.
        var history = session.Run("Get-MinaWalArchive");
        history.ThrowIfFailed();
        Assert.Equal("neon://quiet-forest-12345678", history.Output.Single().Properties["ArchivePath"].Value);
        Assert.DoesNotContain("#ERR", session.Show("Get-MinaWalArchive") + session.Show("Get-MinaPitrBranch"), StringComparison.Ordinal);
        Assert.StartsWith("TransactionsNotSupported,", session.Run("Find-MinaTransaction users").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("BranchProtected,", session.Run("Remove-MinaPitrBranch main -WhatIf").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("BranchNotPaused,", session.Run("Step-MinaPitrBranch main -Latest").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("BranchOptionNotSupported,", session.Run("New-MinaPitrBranch -Xid 4711").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith(
            "PointOutsideHistory,",
            session.Run("New-MinaPitrBranch -At $args[0]", DateTimeOffset.UtcNow.AddDays(-8).ToString("O", CultureInfo.InvariantCulture)).Error.FullyQualifiedErrorId,
            StringComparison.Ordinal);

        session.Run("New-MinaPitrBranch -At $args[0] -Name again", time).ThrowIfFailed();
        var switched = session.Run("Switch-MinaPitrBranch again -InPlace -PreserveUnderName kept -Confirm:$false");
        switched.ThrowIfFailed();
        Assert.DoesNotContain("#ERR", session.Show("$args[0]; $args[0].Connections", switched.Output.Single()), StringComparison.Ordinal);
        Assert.Equal("again kept main", string.Join(' ', session.Run("Get-MinaPitrBranch | ForEach-Object Name").Output.Select(name => name.ToString()).Order()));
        session.Run("Remove-MinaPitrBranch again").ThrowIfFailed();

        // A project that cannot be asked is an error beside the list, and hides no branch of this machine.
        Environment.SetEnvironmentVariable("NEON_API_HOST", "nowhere");
        session.Run("New-MinaPitrBranch -Latest -Provider Local -Name here").ThrowIfFailed();
        var partly = session.Run("Get-MinaPitrBranch");
        Assert.StartsWith("NeonAddressInvalid,", partly.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("here", partly.Output.Single().Properties["Name"].Value);
        session.Run("Remove-MinaPitrBranch here").ThrowIfFailed();
    }

    [Fact]
    public void A_project_that_is_not_named_is_an_error_and_its_key_is_no_parameter()
    {
        using var session = new ModuleSession();
        Assert.StartsWith("NeonNotConfigured,", session.Run("New-MinaPitrBranch -Provider Neon -Latest").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(session.Run("(Get-Command -Module Mina.Backup).Parameters.Keys | Where-Object { $_ -like '*Key' -and $_ -ne 'PrivateKey' }").Output);
        Assert.StartsWith("BranchOptionNotSupported,", session.Run("New-MinaPitrBranch -Latest -Parent main").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    private string Run(ModuleSession session, string point, string value)
    {
        var script = Path.Combine(ShippedModule.Root, "tests", "Mina.Backup.Cmdlet.Tests", "Pitr", "BringRowsBack.ps1");
        var outcome = session.Run($"& $args[0] -Live $args[1] -Point {point}", script, site.Uri, value);
        outcome.ThrowIfFailed();
        var result = outcome.Output.Single().Properties;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{result["Provider"].Value} {result["Missing"].Value} {result["Inserted"].Value} {result["Left"].Value} {result["Same"].Value} '{result["Removed"].Value}' '{result["Others"].Value}'");
    }
}
