using System.Xml.Linq;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests.Pitr;

public sealed class PitrViewTests
{
    private const string Formats = "Mina.Backup.Pitr.format.ps1xml";

    public static TheoryData<string, string[]> Tables => new()
    {
        { PitrSamples.BaseBackupInfo, ["mina_base_backup_20261124_011500", "Incremental", "322 MiB", "1d 6h", "Verified", "0/2000100", "1970-01-01 00:00:00Z", "15.20"] },
        { PitrSamples.BaseBackupVerification, ["Failed", "970", "1.5 KiB", "3.3 s", "Wal: A segment is missing."] },
        { "(" + PitrSamples.BaseBackupVerification + ").Checks", ["Hash", "The hash agrees.", "Wal"] },
        { PitrSamples.PitrBranch, ["before", "Ready", "5544", "mina", "LSN 0/3000060", "1 GiB", "1970-01-01 00:00:00Z"] },
        { "(" + PitrSamples.PitrBranch + ").Reached", ["0/3000060", "1970-01-01 00:00:00Z"] },
        { PitrSamples.RemovedPitrBranch, ["before", "Local", "1 MiB"] },
        { PitrSamples.PitrCutoverStep, ["3", "source", "Stop the source", "pg_ctl stop"] },
    };

    public static TheoryData<string, string[]> Lists => new()
    {
        { PitrSamples.BaseBackupInfo, ["{mina_base_backup_20261123_011500, mina_base_backup_20261124_011500}", "322 MiB (337641472 bytes)", "000000030000000000000002", "/archive/base"] },
        { PitrSamples.BaseBackupVerification, ["Wal Failed: A segment is missing.", "1.5 KiB (1536 bytes)"] },
        { PitrSamples.PitrBranch, ["50 MiB/s", "Unpack 1.5 s", "1 GiB (1073741824 bytes)", "2.0 s"] },
        { PitrSamples.PitrCutoverStep, ["Two servers."] },
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
        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
        Assert.Equal(shown, german.Show(script));
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void The_list_view_shows_everything_but_the_password(string script, string[] expected)
    {
        using var folder = new TemporaryFolder();
        var document = XDocument.Load(Path.Combine(ShippedModule.Folder, Formats));
        document.Descendants("View").Where(view => view.Element("TableControl") is not null).Remove();
        var path = Path.Combine(folder.Path, "lists.format.ps1xml");
        document.Save(path);
        using var session = new ModuleSession("de-DE", path);
        var shown = session.Show(script);

        Assert.All(expected, text => Assert.Contains(text, shown, StringComparison.Ordinal));
        Assert.DoesNotContain("#ERR", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
    }
}
