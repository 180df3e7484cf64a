using System.Xml.Linq;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class WalViewTests
{
    private const string Window = """
        [Mina.Backup.Model.WalWindow]@{
            Timeline = 2; From = [Mina.Backup.Model.Lsn]'0/3000120'; FromTime = [System.DateTimeOffset]::UnixEpoch; To = [Mina.Backup.Model.Lsn]'16/B374D848'
            ToTime = [System.DateTimeOffset]::UnixEpoch.AddHours(1); BaseBackup = 'mina_base_backup_20261124_011500'; NextSegment = '0000000200000016000000B3'
        }
        """;

    private const string Gap = "[Mina.Backup.Model.WalGapInfo]@{ Timeline = 1; FirstMissing = '000000010000000000000005'; LastMissing = '000000010000000000000006'; Segments = 2; BehindBaseBackup = $true }";

    private const string Problem = "[Mina.Backup.Model.WalArchiveProblem]@{ State = 'Gap'; Message = 'Something is missing.'; RecommendedAction = 'Look for it.' }";

    private const string Slot = "[Mina.Backup.Model.WalSlotInfo]@{ Name = 'mina_wal'; Active = $true; RetainedBytes = 1048576; WalStatus = 'reserved' }";

    private const string Archiver = "[Mina.Backup.Model.WalArchiverInfo]@{ ArchiveMode = 'on'; Configured = $true; ArchivedCount = 12; FailedCount = 3; WaitingFiles = 4; LastFailedAt = [System.DateTimeOffset]::UnixEpoch }";

    private const string Archive = "[Mina.Backup.Model.WalArchiveInfo]@{ ArchivePath = '/archive'; At = [System.DateTimeOffset]::UnixEpoch; Problems = [Mina.Backup.Model.WalArchiveProblem[]]@(" + Problem + """
        ); Files = 7; Size = 3145728; SpooledFiles = 1; SpooledSize = 2; Timelines = [Mina.Backup.Model.WalTimelineInfo[]]@(); LagBytes = 2048; LagTime = [System.TimeSpan]::FromSeconds(4.5)
        ArchivedTo = [Mina.Backup.Model.Lsn]'16/B374D848'; Gaps = [Mina.Backup.Model.WalGapInfo[]]@(
        """ + Gap + "); Window = " + Window + "; Slots = [Mina.Backup.Model.WalSlotInfo[]]@(" + Slot + "); Archiver = " + Archiver + " }";

    private const string Setting = "[Mina.Backup.Model.WalSetting]@{ Name = 'archive_mode'; Current = 'off'; Wanted = 'on'; NeedsRestart = $true; Changes = $true }";

    private const string Archiving = "[Mina.Backup.Model.WalArchivingInfo]@{ Server = 'db1:5432'; Enabled = $true; ArchivePath = '/archive'; SpoolPath = '/archive.spool'; ScriptPath = '/archive.spool/script'; ServerAccount = 'postgres'; Settings = [Mina.Backup.Model.WalSetting[]]@(" + Setting + ") }";

    private const string Failure = "[Mina.Backup.Model.WalSyncFailure]@{ Name = '000000010000000000000005'; ErrorId = 'WalFileDiffers'; Message = 'It differs.'; RecommendedAction = 'Look.' }";

    private const string Sync = "[Mina.Backup.Model.WalSyncResult]@{ ArchivePath = '/archive'; SpoolPath = '/spool'; At = [System.DateTimeOffset]::UnixEpoch; Duration = [System.TimeSpan]::FromSeconds(1.5); Published = 3; AlreadyThere = 1; PlainSize = 50331648; StoredSize = 1048576; Exposure = [System.TimeSpan]::FromSeconds(2); Failures = [Mina.Backup.Model.WalSyncFailure[]]@(" + Failure + ") }";

    private const string Receiver = "[Mina.Backup.Model.WalReceiverStatus]@{ Server = 'db1:5432'; Slot = 'mina_wal'; SpoolPath = '/spool'; State = 'Waiting'; Since = [System.DateTimeOffset]::UnixEpoch; Restarts = 2; Problem = 'It went away.'; ErrorId = 'ServerUnreachable' }";

    private const string Retention = "[Mina.Backup.Model.WalRetention]@{ ArchivePath = '/archive'; Removed = $true; KeptSince = [System.DateTimeOffset]::UnixEpoch; Segments = 5; Files = 6; Size = 1048576; FirstSegment = '000000010000000000000005'; OldestBaseBackup = 'mina_base_backup_20261124_011500'; BaseBackups = [string[]]@('old') }";

    private const string Timeline = "[Mina.Backup.Model.WalTimelineInfo]@{ Timeline = 2; Parent = 1; BranchedAt = [Mina.Backup.Model.Lsn]'0/3000120'; Segments = 9; FirstSegment = '000000020000000000000003'; Size = 2048; Windows = [Mina.Backup.Model.WalWindow[]]@(" + Window + ") }";

    public static TheoryData<string, string[]> Tables => new()
    {
        { Archive, ["Gap", "1970-01-01 00:00:00Z", "1970-01-01 01:00:00Z", "16/B374D848", "2 KiB", "4.5 s", "3 MiB", "Something is missing."] },
        { Window, ["0/3000120", "16/B374D848", "mina_base_backup_20261124_011500"] },
        { Gap, ["000000010000000000000005", "000000010000000000000006", "True"] },
        { Problem, ["Gap", "Something is missing."] },
        { Slot, ["mina_wal", "True", "1 MiB", "reserved"] },
        { Archiver, ["on", "12", "3", "4", "True"] },
        { Setting, ["archive_mode", "off", "on", "True"] },
        { Archiving, ["db1:5432", "True", "postgres", "archive_mode = 'on'"] },
        { Sync, ["48 MiB", "1 MiB", "1.5 s", "2.0 s", "WalFileDiffers"] },
        { Failure, ["000000010000000000000005", "WalFileDiffers", "It differs."] },
        { Receiver, ["Waiting", "1970-01-01 00:00:00Z", "mina_wal", "It went away."] },
        { Retention, ["True", "5", "6", "1 MiB", "mina_base_backup_20261124_011500"] },
        { Timeline, ["2", "1", "0/3000120", "000000020000000000000003", "2 KiB"] },
    };

    public static TheoryData<string, string[]> Lists => new()
    {
        { Archive, ["1970-01-01 00:00:00Z (0/3000120) to 1970-01-01 01:00:00Z (16/B374D848), timeline 2", "on, 12 archived, 3 failed, 4 waiting", "mina_wal: active, keeps 1 MiB", "000000010000000000000005 to 000000010000000000000006"] },
        { Archiving, ["/archive.spool/script", "archive_mode = 'on'"] },
        { Sync, ["48 MiB (50331648 bytes)", "000000010000000000000005: WalFileDiffers"] },
        { Receiver, ["ServerUnreachable"] },
        { Retention, ["old"] },
        { Timeline, ["0/3000120 to 16/B374D848"] },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_default_view_is_a_table_that_reads_the_same_in_every_culture(string script, string[] expected)
    {
        using var english = new ModuleSession("en-US");
        using var german = new ModuleSession("de-DE");
        var shown = english.Show(script);

        Assert.All(expected, text => Assert.Contains(text, shown, StringComparison.Ordinal));
        Assert.DoesNotContain("#ERR", shown, StringComparison.Ordinal);
        Assert.Equal(shown, german.Show(script));
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void The_list_view_shows_everything(string script, string[] expected)
    {
        using var folder = new TemporaryFolder();
        var document = XDocument.Load(Path.Combine(ShippedModule.Folder, "Mina.Backup.Wal.format.ps1xml"));
        document.Descendants("View").Where(view => view.Element("TableControl") is not null).Remove();
        var path = Path.Combine(folder.Path, "lists.format.ps1xml");
        document.Save(path);
        using var session = new ModuleSession("de-DE", path);
        var shown = session.Show(script);

        Assert.All(expected, text => Assert.Contains(text, shown, StringComparison.Ordinal));
        Assert.DoesNotContain("#ERR", shown, StringComparison.Ordinal);
    }
}
