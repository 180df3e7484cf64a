using Mina.Backup.Cmdlet.Tests.Hosting;
using Mina.Backup.Engine.Tests.Support;

namespace Mina.Backup.Cmdlet.Tests.Pitr;

public sealed class IncrementalTests
{
    [Fact]
    public void An_incremental_base_backup_is_made_by_name_and_by_object_listed_verified_and_branched_from()
    {
        using var site = new PitrSite(NewerServer.RequirePrograms(), "summarize_wal = 'on'");
        using var session = new ModuleSession();
        session.Run("New-MinaBaseBackup $args[0]", site.Uri).ThrowIfFailed();
        PitrSite.Sql(site.Uri, "UPDATE users SET id = -id WHERE id < 10");
        session.Run("New-MinaBaseBackup $args[0] -Incremental", site.Uri).ThrowIfFailed();
        var made = session.Run("$full = Get-MinaBaseBackup | Where-Object { $_.Kind -eq 'Full' }; New-MinaBaseBackup $args[0] -Incremental -Parent $full", site.Uri);
        made.ThrowIfFailed();
        var result = made.Output.Single();

        Assert.Equal("Incremental", result.Properties["Kind"].Value.ToString());
        Assert.Equal(2, ((IEnumerable<string>)result.Properties["Chain"].Value).Count());
        Assert.Equal(["Incremental", "Incremental", "Full"], session.Run("Get-MinaBaseBackup | ForEach-Object { \"$($_.Kind)\" }").Output.Select(kind => kind.ToString()));
        var verified = session.Run("(Get-MinaBaseBackup -Last 1).Chain | Test-MinaBaseBackup");
        verified.ThrowIfFailed();
        Assert.Equal(["Passed", "Passed"], verified.Output.Select(one => one.Properties["Outcome"].Value.ToString()));
        Assert.StartsWith("OptionConflict,", session.Run("New-MinaBaseBackup $args[0] -Parent nobody", site.Uri).Error.FullyQualifiedErrorId, StringComparison.Ordinal);

        site.Archive();
        var branched = session.Run("New-MinaPitrBranch -Latest -BaseBackup (Get-MinaBaseBackup -Last 1)");
        branched.ThrowIfFailed();
        var branch = branched.Output.Single();
        Assert.Equal(result.Properties["Name"].Value, branch.Properties["BaseBackup"].Value);
        Assert.Equal("9", PitrSite.Sql((string)branch.Properties["ConnectionUri"].Value, "SELECT count(*) FROM users WHERE id < 0"));
    }
}
