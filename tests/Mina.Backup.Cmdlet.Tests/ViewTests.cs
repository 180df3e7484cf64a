using System.Xml.Linq;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class ViewTests
{
    public static TheoryData<string, string[]> Tables => new()
    {
        { Samples.BackupInfo, ["mina_db_backup_20261124_011500", "322 MiB", "1d 6h", "True", "Verified", "15.20", "12.7 s"] },
        { Samples.BackupResult, ["mina_db_backup_20261124_011500", "2 KiB", "77", "Recipient", "Verified", "1h 01m"] },
        { Samples.BackupVerification, ["mina_db_backup_20261124_011500", "Failed", "42", "3.3 s", "Compression: Member 3 is damaged."] },
        { "(" + Samples.BackupVerification + ").Checks", ["Hash", "Passed", "The hash agrees.", "Compression", "Member 3 is damaged."] },
        { Samples.RestoreResult, ["mina", "db1:5432", "Swapped", "1234567", "Passed, Fingerprints", "1m 15s", "mina_before_20261124"] },
        { "(" + Samples.RestoreResult + ").Proof", ["Passed", "Fingerprints", "1234567"] },
        { "(" + Samples.RestoreResult + ").Proof.Tables", ["public.users", "5", "Passed"] },
        { "(" + Samples.RestoreResult + ").Phases", ["Load", "40.5 s"] },
        { Samples.RemovedBackup, ["mina_db_backup_20261124_011500", "2", "1 MiB", "1970-01-01 00:00:00Z", "/backups"] },
        { Samples.RepairResult, ["mina_db_backup_20261124_011500", "Verified", "3", "9", "The duration is unknown."] },
        { Samples.EphemeralClusterInfo, ["127.0.0.1", "5544", "15.20", "4711", "/tmp/mina-cluster-x/data"] },
    };

    public static TheoryData<string, string[]> Lists => new()
    {
        { Samples.BackupInfo, ["322 MiB (337641472 bytes)", "806 MiB", "2026-11-24 01:15:00Z", "1d 6h", "ab12", "Passphrase", "1234567"] },
        { Samples.BackupResult, ["/logs/run.log", "Dump 1.5 s", "1970-01-01 00:00:00Z"] },
        { Samples.BackupVerification, ["Hash Passed: The hash agrees.", "Compression Failed: Member 3 is damaged.", "1.5 KiB"] },
        { "(" + Samples.BackupVerification + ").Checks[1]", ["BackupCorrupt"] },
        { Samples.RestoreResult, ["Load 40.5 s", "mina_before_20261124", "/logs/run.log"] },
        { "(" + Samples.RestoreResult + ").Proof", ["LargeObjects", "Sequences"] },
        { "(" + Samples.RestoreResult + ").Proof.Tables[0]", ["ExpectedRows"] },
        { "(" + Samples.RestoreResult + ").Phases[0]", ["40.5 s"] },
        { Samples.RemovedBackup, ["/backups", "1 MiB"] },
        { Samples.RepairResult, ["one", "two", "The duration is unknown."] },
        { Samples.EphemeralClusterInfo, ["postgresql://postgres@127.0.0.1:5544/postgres"] },
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
        using var session = new ModuleSession("de-DE", FormatsWithoutTables(folder.Path));
        var shown = session.Show(script);

        Assert.All(expected, text => Assert.Contains(text, shown, StringComparison.Ordinal));
        Assert.DoesNotContain("#ERR", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_public_property_of_a_listed_backup_is_in_its_list_view()
    {
        using var session = new ModuleSession();
        var properties = session.Run("[Mina.Backup.Model.BackupInfo].GetProperties().Name").Output.Select(name => name.ToString());
        var view = File.ReadAllText(Path.Combine(ShippedModule.Folder, "Mina.Backup.format.ps1xml"));

        Assert.All(properties, name => Assert.Matches($@"(<PropertyName>|\$_\.){name}\b", view));
    }

    // Format-List belongs to an assembly that is not published as a package. A session that reads these formats first, with no tables
    // in them, renders the lists.
    private static string FormatsWithoutTables(string folder)
    {
        var document = XDocument.Load(Path.Combine(ShippedModule.Folder, "Mina.Backup.format.ps1xml"));
        document.Descendants("View").Where(view => view.Element("TableControl") is not null).Remove();
        var path = Path.Combine(folder, "lists.format.ps1xml");
        document.Save(path);
        return path;
    }
}
