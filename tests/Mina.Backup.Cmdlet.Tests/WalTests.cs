using System.Management.Automation;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

/// <summary>The cmdlets of WAL archives, as an operator types them, on a real server.</summary>
public sealed class WalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ModuleSession session = new();
    private readonly PSObject cluster;
    private readonly TestVariables variables;

    public WalTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Disposable clusters need Unix.");
        if (!OperatingSystem.IsWindows())
        {
            // The server's account passes through it to the spool.
            File.SetUnixFileMode(folder.Path, File.GetUnixFileMode(folder.Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        cluster = session.Run("Start-MinaEphemeralCluster -Setting @{ archive_mode = 'on' }").ThrowIfFailed().Output.Single();
        variables = new TestVariables(
            ("DATABASE_URL", (string)cluster.Properties["ConnectionUri"].Value),
            ("GPG_BACKUP_PASSPHRASE", "pass phrase"),
            ("MINA_WAL_ARCHIVE", Archive),
            ("MINA_WAL_SPOOL", null),
            ("MINA_STATE_PATH", Path.Combine(folder.Path, "state")));
    }

    private string Archive => Path.Combine(folder.Path, "archive");

    private string Spool => Archive + ".spool";

    public void Dispose()
    {
        session.Run("$args[0] | Stop-MinaEphemeralCluster", cluster).ThrowIfFailed();
        session.Dispose();
        variables.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void An_archive_is_set_up_filled_looked_at_and_undone()
    {
        session.Run("Enable-MinaWalArchiving -ArchiveTimeout 45s -WhatIf").ThrowIfFailed();
        Assert.Contains("archive_command = ", session.Screen.Text, StringComparison.Ordinal);
        Assert.Contains("archive_timeout = '45' (now '0')", session.Screen.Text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Spool));

        var enabled = session.Run("Enable-MinaWalArchiving").ThrowIfFailed().Output.Single();
        Assert.Equal(false, enabled.Properties["RestartNeeded"].Value);
        Assert.Equal("60", Sql("SELECT setting FROM pg_settings WHERE name = 'archive_timeout'"));

        var segment = Sql("SELECT pg_walfile_name(pg_switch_wal() - 1)");
        for (var i = 0; i < 300 && !File.Exists(Path.Combine(Spool, segment)); i++)
        {
            Thread.Sleep(100);
        }

        session.Run("Sync-MinaWalArchive -WhatIf").ThrowIfFailed();
        Assert.False(Directory.Exists(Archive));
        var sync = session.Run("Sync-MinaWalArchive").ThrowIfFailed().Output.Single();
        Assert.Equal(segment, sync.Properties["LastSegment"].Value);
        Assert.Contains(segment + ".gz.gpg", Directory.GetFiles(Path.Combine(Archive, "wal")).Select(path => Path.GetFileName(path)));

        var info = session.Run("Get-MinaWalArchive").ThrowIfFailed().Output.Single();
        Assert.Equal("Limited", info.Properties["State"].Value.ToString());
        Assert.Equal(sync.Properties["ArchivedTo"].Value, info.Properties["ArchivedTo"].Value);
        Assert.Equal("0/2000000", session.Run("[Mina.Backup.Model.Lsn] '0/2000000' | ForEach-Object ToString").Output.Single().ToString());

        var removed = session.Run("Remove-MinaWalArchive -Confirm:$false").ThrowIfFailed().Output.Single();
        Assert.Equal(false, removed.Properties["Removed"].Value);
        Assert.NotNull(removed.Properties["Reason"].Value);

        session.Run("Disable-MinaWalArchiving").ThrowIfFailed();
        Assert.Equal("", Sql("SELECT string_agg(name, ',') FROM pg_file_settings WHERE name IN ('archive_command', 'archive_timeout')"));
    }

    [Fact]
    public void A_bad_file_is_an_error_beside_the_result_and_an_absent_server_beside_the_status()
    {
        session.Run("Start-MinaWalReceiver -Once -MaximumSlotSize 100MB").ThrowIfFailed();
        File.WriteAllText(Path.Combine(Spool, "000000010000000000000009"), "not a segment");

        var sync = session.Run("Sync-MinaWalArchive");
        Assert.Equal("WalFileInvalid,Mina.Backup.Commands.SyncMinaWalArchiveCommand", sync.Error.FullyQualifiedErrorId);
        Assert.Single(sync.Output);

        var status = session.Run("Get-MinaWalArchive -Database postgresql://nobody@127.0.0.1:1/x");
        Assert.Equal("ServerUnreachable,Mina.Backup.Commands.GetMinaWalArchiveCommand", status.Error.FullyQualifiedErrorId);
        Assert.Single(status.Output);
    }

    [Theory]
    [InlineData("30", null)]
    [InlineData("'30s'", 30.0)]
    [InlineData("'1.5m'", 90.0)]
    [InlineData("30s", 30.0)]
    [InlineData("5m", 300.0)]
    [InlineData("1.5d", 129600.0)]
    [InlineData("'00:01:00'", 60.0)]
    [InlineData("([timespan]::FromHours(1))", 3600.0)]
    [InlineData("'30'", null)]
    [InlineData("'-5s'", null)]
    [InlineData("'s'", null)]
    public void A_length_of_time_says_its_unit(string text, double? seconds)
    {
        var outcome = session.Run($"Remove-MinaWalArchive -RetainFor {text} -WhatIf");
        if (seconds is null)
        {
            Assert.Contains("00:00:30", outcome.Error.Exception.Message, StringComparison.Ordinal);
            return;
        }

        var kept = (DateTimeOffset)outcome.ThrowIfFailed().Output.Single().Properties["KeptSince"].Value;
        Assert.InRange((DateTimeOffset.UtcNow - kept).TotalSeconds, seconds.Value, seconds.Value + 600);
    }

    private string Sql(string text)
    {
        var result = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "psql", ["-X", "-q", "-A", "-t", "-d", (string)cluster.Properties["ConnectionUri"].Value, "-c", text]) { RedirectStandardOutput = true })!;
        using (result)
        {
            var output = result.StandardOutput.ReadToEnd();
            result.WaitForExit();
            return output.Trim();
        }
    }
}
