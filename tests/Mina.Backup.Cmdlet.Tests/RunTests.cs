using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class RunTests(BackupSite site) : IClassFixture<BackupSite>
{
    [Fact]
    public void Without_a_source_the_error_says_what_to_do()
    {
        using var session = new ModuleSession();
        var outcome = session.Run("New-MinaBackup -NoEncryption");

        Assert.Equal("SourceNotGiven,Mina.Backup.Commands.NewMinaBackupCommand", outcome.Error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.InvalidArgument, outcome.Error.CategoryInfo.Category);
        Assert.Contains("DATABASE_URL", outcome.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backup_is_made_listed_and_verified_along_the_pipeline()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        var made = session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder);
        made.ThrowIfFailed();
        var listed = session.Run("Get-MinaBackup -Path $args[0] -Last 1", folder).Output.Single();
        var verified = session.Run("Get-MinaBackup -Path $args[0] | Test-MinaBackup", folder);
        verified.ThrowIfFailed();

        Assert.Equal("Mina.Backup.Model.BackupResult", made.Output.Single().BaseObject.GetType().FullName);
        Assert.Equal(made.Output.Single().Properties["Name"].Value, listed.Properties["Name"].Value);
        Assert.Equal("mina", listed.Properties["Database"].Value);
        Assert.Equal("Verified", listed.Properties["State"].Value.ToString());
        Assert.Equal("Passed", verified.Output.Single().Properties["Outcome"].Value.ToString());
        Assert.Equal(1000L, verified.Output.Single().Properties["Rows"].Value);
    }

    [Fact]
    public void Every_progress_bar_that_was_shown_is_taken_away()
    {
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption | Test-MinaBackup", site.DatabaseUri, site.NewFolder()).ThrowIfFailed();

        Assert.NotEmpty(session.Screen.Progress);
        Assert.All(
            session.Screen.Progress.GroupBy(record => record.ActivityId),
            bar => Assert.Equal(ProgressRecordType.Completed, bar.Last().RecordType));
    }

    [Fact]
    public void Encryption_takes_a_SecureString_and_without_one_a_warning_says_so()
    {
        var folder = site.NewFolder();
        using var passphrase = Secure("correct horse");
        using var wrong = Secure("battery staple");
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -Passphrase $args[2]", site.DatabaseUri, folder, passphrase).ThrowIfFailed();
        var listed = session.Run("Get-MinaBackup -Path $args[0] -Encrypted", folder).Output.Single();

        Assert.Equal("Passphrase", listed.Properties["Encryption"].Value.ToString());
        Assert.Empty(session.Run("Get-MinaBackup -Path $args[0] -Encrypted:$false", folder).Output);
        session.Run("$args[0] | Test-MinaBackup -Passphrase $args[1]", listed, passphrase).ThrowIfFailed();
        Assert.StartsWith("PassphraseWrong,", session.Run("$args[0] | Test-MinaBackup -Passphrase $args[1]", listed, wrong).Errors[0].FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.NotEmpty(session.Run("New-MinaBackup $args[0] $args[1]", site.DatabaseUri, site.NewFolder()).Warnings);
    }

    [Fact]
    public void A_failed_verification_gives_its_result_and_an_error_and_the_next_backup_its_turn()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        var damaged = session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).Output.Single();
        var sound = session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, site.NewFolder()).Output.Single();
        using (var file = File.OpenWrite((string)damaged.Properties["Path"].Value))
        {
            file.SetLength(file.Length / 2);
        }

        var outcome = session.Run("$args | Test-MinaBackup", damaged, sound);

        Assert.Equal(["Failed", "Passed"], outcome.Output.Select(result => result.Properties["Outcome"].Value.ToString()));
        Assert.EndsWith(",Mina.Backup.Commands.TestMinaBackupCommand", outcome.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(outcome.Error.ErrorDetails.RecommendedAction));
        Assert.Equal(ErrorCategory.InvalidData, outcome.Error.CategoryInfo.Category);
    }

    [Fact]
    public void Names_of_backups_complete_from_the_place_on_the_command_line()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        var name = (string)session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).Output.Single().Properties["Name"].Value;

        foreach (var command in (string[])[$"Get-MinaBackup -Path '{folder}' -Name mina_", $"Restore-MinaBackup -Location '{folder}' -Name "])
        {
            var matches = session.Run("[System.Management.Automation.CommandCompletion]::CompleteInput($args[0], $args[0].Length, $null).CompletionMatches", command);
            Assert.Contains(name, matches.Output.Select(match => ((CompletionResult)match.BaseObject).CompletionText));
        }
    }

    [Fact]
    public async Task Stopping_the_pipeline_ends_the_run_and_leaves_nothing_behind()
    {
        var folder = site.NewFolder();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var session = new ModuleSession();
        using var shell = session.Start(
            "New-MinaBackup $args[0] $args[1] -NoEncryption",
            $"postgresql://nobody@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/x",
            folder);
        var running = shell.InvokeAsync();
        using var connection = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await shell.StopAsync(null, null);

        await Assert.ThrowsAnyAsync<PipelineStoppedException>(() => running);
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_listed_backup_restores_into_another_database()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).ThrowIfFailed();
        session.Run("Get-MinaBackup -Path $args[0] -Last 1 | Restore-MinaBackup -Database $args[1] -TargetDatabase copy -WhatIf", folder, site.DatabaseUri).ThrowIfFailed();
        Assert.Contains("of the database mina on ", session.Screen.Text, StringComparison.Ordinal);
        Assert.Contains("\"database copy on ", session.Screen.Text, StringComparison.Ordinal);
        var outcome = session.Run(
            "Get-MinaBackup -Path $args[0] -Last 1 | Restore-MinaBackup -Database $args[1] -TargetDatabase copy -Confirm:$false",
            folder,
            site.DatabaseUri);
        outcome.ThrowIfFailed();

        Assert.Equal("Mina.Backup.Model.RestoreResult", outcome.Output.Single().BaseObject.GetType().FullName);
        Assert.Equal("Created", outcome.Output.Single().Properties["Method"].Value.ToString());
        Assert.Equal("1000", site.Sql(site.UriOf("copy"), "SELECT count(*) FROM users"));
    }

    [Fact]
    public void A_question_that_nobody_can_answer_is_an_error_and_nothing_is_removed()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).ThrowIfFailed();
        var before = Directory.GetFiles(folder).Order();
        var outcome = session.Run("Get-MinaBackup -Path $args[0] | Remove-MinaBackup -Force", folder);

        Assert.IsType<NotSupportedException>(outcome.Error.Exception.GetBaseException());
        Assert.Equal(before, Directory.GetFiles(folder).Order());
    }

    [Fact]
    public void Removing_takes_all_files_but_the_newest_verified_backup_needs_Force()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).ThrowIfFailed();
        var refused = session.Run("Get-MinaBackup -Path $args[0] | Remove-MinaBackup -Confirm:$false", folder);
        Assert.Equal("BackupProtected,Mina.Backup.Commands.RemoveMinaBackupCommand", refused.Error.FullyQualifiedErrorId);

        session.Run("Get-MinaBackup -Path $args[0] | Remove-MinaBackup -Confirm:$false -Force", folder).ThrowIfFailed();
        Assert.Empty(session.Run("Get-MinaBackup -Path $args[0]", folder).Output);
        Assert.DoesNotContain(Directory.GetFiles(folder), file => Path.GetFileName(file).StartsWith("mina_db_backup", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_files_that_share_a_name_the_pipeline_takes_the_one_listed()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        var made = session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).Output.Single();
        var plain = (string)made.Properties["Path"].Value;
        File.WriteAllText(plain + ".gpg", "another file");
        session.Run("Get-MinaBackup -Path $args[0] -Encrypted | Remove-MinaBackup -Confirm:$false -Force", folder).ThrowIfFailed();

        Assert.False(File.Exists(plain + ".gpg"));
        Assert.True(File.Exists(plain));
        var verified = session.Run("Get-MinaBackup -Path $args[0] | Test-MinaBackup", folder);
        verified.ThrowIfFailed();
        Assert.Equal(Path.GetFileName(plain), verified.Output.Single().Properties["FileName"].Value);
    }

    [Fact]
    public void A_lost_manifest_is_rebuilt()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).ThrowIfFailed();
        File.Delete(Directory.GetFiles(folder, "*.manifest.json").Single());
        var outcome = session.Run("Get-MinaBackup -Path $args[0] | Repair-MinaBackup", folder);
        outcome.ThrowIfFailed();

        Assert.Equal(1000L, outcome.Output.Single().Properties["Rows"].Value);
        Assert.Single(Directory.GetFiles(folder, "*.manifest.json"));
    }

    [Fact]
    public void A_cluster_serves_with_its_settings_until_it_is_stopped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters do not run on Windows.");
        using var session = new ModuleSession();
        var cluster = session.Run("Start-MinaEphemeralCluster -Loopback -Setting @{ work_mem = '7MB' }").Output.Single();
        var data = (string)cluster.Properties["DataDirectory"].Value;
        Assert.Equal("127.0.0.1", cluster.Properties["Host"].Value);
        Assert.Equal("7MB", site.Sql((string)cluster.Properties["ConnectionUri"].Value, "SHOW work_mem"));
        session.Run("$args[0] | Stop-MinaEphemeralCluster", cluster).ThrowIfFailed();

        Assert.False(Directory.Exists(data));
        Assert.NotEmpty(session.Run("$args[0] | Stop-MinaEphemeralCluster", cluster).Errors);
    }

    private static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (var character in text)
        {
            secure.AppendChar(character);
        }

        return secure;
    }
}
