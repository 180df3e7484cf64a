using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests.Pitr;

public sealed class PitrTests(PitrSite site) : IClassFixture<PitrSite>
{
    [Fact]
    public void A_base_backup_is_made_listed_verified_and_branched_along_the_pipeline()
    {
        using var session = new ModuleSession();
        var made = session.Run("New-MinaBaseBackup $args[0]", site.Uri);
        made.ThrowIfFailed();
        var name = (string)made.Output.Single().Properties["Name"].Value;
        var verified = session.Run("Get-MinaBaseBackup -Last 1 | Test-MinaBaseBackup");
        verified.ThrowIfFailed();
        var lsn = PitrSite.Sql(site.Uri, "SELECT pg_current_wal_insert_lsn()");
        PitrSite.Sql(site.Uri, "DELETE FROM users");
        site.Archive();

        // As a transaction found in the WAL is piped in: by the place of its commit.
        var branched = session.Run("[pscustomobject]@{ Xid = 1; CommitLsn = $args[0] } | New-MinaPitrBranch -Name before -ExpiresIn 1:00:00", lsn);
        branched.ThrowIfFailed();
        var branch = branched.Output.Single();
        var uri = (string)branch.Properties["ConnectionUri"].Value;
        Assert.Equal(("Passed", name), (verified.Output.Single().Properties["Outcome"].Value.ToString(), (string)verified.Output.Single().Properties["Name"].Value));
        Assert.Equal("1000", PitrSite.Sql(uri, "SELECT count(*) FROM users"));

        // Another shell finds it; neither view nor text shows its password.
        using var other = new ModuleSession();
        var found = other.Run("Get-MinaPitrBranch bef*").Output.Single();
        Assert.Equal(uri, found.Properties["ConnectionUri"].Value);
        var password = new Uri(uri).UserInfo.Split(':')[1];
        Assert.DoesNotContain(password, other.Show("Get-MinaPitrBranch") + other.Run("\"$(Get-MinaPitrBranch)\"").Output.Single(), StringComparison.Ordinal);
        Assert.Contains("before", other.Show("Get-MinaPitrBranch"), StringComparison.Ordinal);
        Assert.NotEmpty(other.Run("Switch-MinaPitrBranch before -PrintSteps").Output);

        other.Run("Get-MinaPitrBranch | Remove-MinaPitrBranch").ThrowIfFailed();
        Assert.Empty(other.Run("Get-MinaPitrBranch").Output);
        Assert.Empty(Directory.GetFileSystemEntries(site.Branches));
        Assert.StartsWith("BranchNotFound,", other.Run("Remove-MinaPitrBranch before").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-MinaPitrBranch -At 2026-11-24T14:34:59", "ParameterArgumentTransformationError")]
    [InlineData("New-MinaPitrBranch -At 2026-11-24T14:34:59Z -Lsn 0/3000000", "AmbiguousParameterSet")]
    [InlineData("New-MinaPitrBranch -Lsn nonsense", "CannotConvertArgumentNoMessage")]
    [InlineData("New-MinaPitrBranch -At ([DateTimeOffset]::UtcNow.AddHours(1))", "PointInFuture")]
    [InlineData("Step-MinaPitrBranch nobody -Lsn 0/3000000", "BranchNotFound")]
    public void Points_that_are_none_are_refused(string command, string id)
    {
        using var session = new ModuleSession();

        Assert.StartsWith(id + ",", session.Run(command).Error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
