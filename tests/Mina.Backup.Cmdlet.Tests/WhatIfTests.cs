using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class WhatIfTests
{
    [Theory]
    [InlineData("New-MinaBackup -Database 'postgresql://nobody@127.0.0.1:1/x' -Path $args[0]")]
    [InlineData("Restore-MinaBackup backup -Location $args[0] -Database 'postgresql://nobody@127.0.0.1:1/x'")]
    [InlineData("Repair-MinaBackup backup -Location $args[0]")]
    [InlineData("Remove-MinaBackup backup -Location $args[0] -Force")]
    [InlineData("Start-MinaEphemeralCluster")]
    [InlineData("New-MinaBaseBackup -Database 'postgresql://nobody@127.0.0.1:1/x' -ArchivePath $args[0] -NoEncryption")]
    [InlineData("New-MinaPitrBranch -Latest -ArchivePath $args[0]")]
    [InlineData("Remove-MinaPitrBranch nobody")]
    [InlineData("Invoke-MinaRecoveryDrill -Path $args[0]")]
    [InlineData("Step-MinaPitrBranch nobody -Latest")]
    [InlineData("Switch-MinaPitrBranch nobody -Database 'postgresql://nobody@127.0.0.1:1/x'")]
    [InlineData("Disable-MinaWalArchiving 'postgresql://nobody@127.0.0.1:1/x' -ArchivePath $args[0]")]
    [InlineData("Start-MinaWalReceiver 'postgresql://nobody@127.0.0.1:1/x' -ArchivePath $args[0]")]
    [InlineData("Sync-MinaWalArchive -ArchivePath $args[0] -NoEncryption")]
    [InlineData(Samples.EphemeralClusterInfo + " | Stop-MinaEphemeralCluster")]
    public void WhatIf_says_what_would_be_done_and_changes_nothing(string command)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "backup.sql.gz");
        File.WriteAllText(file, "content");
        using var session = new ModuleSession();
        var outcome = session.Run(command + " -WhatIf", folder.Path);
        outcome.ThrowIfFailed();

        Assert.StartsWith("What if: ", session.Screen.Text, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.Equal([file], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal("content", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("New-MinaBackup", "Medium")]
    [InlineData("Restore-MinaBackup", "High")]
    [InlineData("Remove-MinaBackup", "High")]
    [InlineData("Repair-MinaBackup", "Medium")]
    [InlineData("Start-MinaEphemeralCluster", "Medium")]
    [InlineData("New-MinaBaseBackup", "Medium")]
    [InlineData("New-MinaPitrBranch", "Medium")]
    [InlineData("Remove-MinaPitrBranch", "Medium")]
    [InlineData("Invoke-MinaRecoveryDrill", "Medium")]
    [InlineData("Step-MinaPitrBranch", "Medium")]
    [InlineData("Switch-MinaPitrBranch", "High")]
    [InlineData("Enable-MinaWalArchiving", "Medium")]
    [InlineData("Disable-MinaWalArchiving", "Medium")]
    [InlineData("Start-MinaWalReceiver", "Medium")]
    [InlineData("Sync-MinaWalArchive", "Medium")]
    [InlineData("Remove-MinaWalArchive", "High")]
    [InlineData("Stop-MinaEphemeralCluster", "Medium")]
    public void Only_what_can_lose_data_asks_by_itself(string cmdlet, string impact)
    {
        using var session = new ModuleSession();
        var metadata = session.Run("[System.Management.Automation.CommandMetadata]::new((Get-Command $args[0]))", cmdlet).Output.Single();

        Assert.Equal(impact, metadata.Properties["ConfirmImpact"].Value.ToString());
        Assert.Equal(true, metadata.Properties["SupportsShouldProcess"].Value);
    }
}
