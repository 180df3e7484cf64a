using System.Management.Automation;
using System.Xml.Linq;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class DrillHistoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string? state = Environment.GetEnvironmentVariable("MINA_STATE_PATH");
    private readonly DrillHistoryFile history;
    private readonly DateTimeOffset now = DateTimeOffset.UtcNow;

    public DrillHistoryTests()
    {
        var place = Path.Combine(folder.Path, "state");
        Environment.SetEnvironmentVariable("MINA_STATE_PATH", place);
        history = new DrillHistoryFile(place)
            .Add("drill-1", now.AddDays(-100), "Passed")
            .Add("drill-2", now.AddDays(-95), "Passed", "billing")
            .Add("drill-3", now.AddDays(-10), "Failed")
            .Add("drill-4", now.AddDays(-2), "Passed");
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("MINA_STATE_PATH", state);
        folder.Dispose();
    }

    [Fact]
    public void Drills_are_listed_newest_first_with_their_records_state()
    {
        using var session = new ModuleSession();

        Assert.Equal(["drill-4", "drill-3", "drill-2", "drill-1"], Ids(session.Run("Get-MinaRecoveryDrill")));
        Assert.Equal(["drill-4"], Ids(session.Run("Get-MinaRecoveryDrill -Last 1")));
        Assert.Equal(["drill-3"], Ids(session.Run("Get-MinaRecoveryDrill -Verdict Failed")));
        Assert.Equal(["drill-2"], Ids(session.Run("Get-MinaRecoveryDrill -Database b*")));
        Assert.Equal(["drill-1"], Ids(session.Run("Get-MinaRecoveryDrill *1 -Before $args[0]", now)));
        Assert.Equal(["drill-4", "drill-3"], Ids(session.Run("Get-MinaRecoveryDrill -After $args[0] -Path $args[1]", now.AddDays(-11), history.FilePath)));
        Assert.Equal(4, session.Run("Get-MinaRecoveryDrill -Path $args[0] | Where-Object State -eq Intact", Path.GetDirectoryName(history.FilePath)).Output.Count);
    }

    [Fact]
    public void The_summary_tells_what_is_overdue()
    {
        using var session = new ModuleSession();

        Assert.Equal("billing", session.Run("Get-MinaRecoveryDrill -Summary | Where-Object IsOverdue | ForEach-Object Database").ThrowIfFailed().Output.Single().ToString());
        Assert.Equal("Backup other 0 True", session.Run("Get-MinaRecoveryDrill -Summary -Database other | ForEach-Object { \"$($_.Type) $($_.Database) $($_.Drills) $($_.IsOverdue)\" }").ThrowIfFailed().Output.Single().ToString());
    }

    [Fact]
    public void A_changed_history_is_listed_and_is_an_error()
    {
        history.Edit("\"verdict\":\"Failed\"", "\"verdict\":\"Passed\"");
        using var session = new ModuleSession();
        var outcome = session.Run("Get-MinaRecoveryDrill");
        var filtered = session.Run("Get-MinaRecoveryDrill -Last 1");

        Assert.Equal("Edited", outcome.Output[1].Properties["State"].Value.ToString());
        Assert.Equal("DrillHistoryBroken,Mina.Backup.Commands.GetMinaRecoveryDrillCommand", outcome.Error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.InvalidData, outcome.Error.CategoryInfo.Category);
        Assert.Equal(["drill-4"], filtered.Output.Select(Id));
        Assert.StartsWith("DrillHistoryBroken,", filtered.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_record_is_a_warning()
    {
        File.AppendAllText(history.FilePath, "{\"formatVersion\":1,\"sequ");
        using var session = new ModuleSession();
        var outcome = session.Run("Get-MinaRecoveryDrill").ThrowIfFailed();

        Assert.Equal("Torn", outcome.Output[0].Properties["State"].Value.ToString());
        Assert.Contains("record 5", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Export-MinaDrillReport $args[0]", 4)]
    [InlineData("Export-MinaDrillReport $args[0] -After $args[1]", 2)]
    [InlineData("Export-MinaDrillReport $args[0] -Database billing", 1)]
    [InlineData("Get-MinaRecoveryDrill -Last 3 | Export-MinaDrillReport $args[0]", 3)]
    [InlineData("Get-MinaRecoveryDrill -Last 3 | ForEach-Object Drill | Export-MinaDrillReport $args[0]", 3)]
    [InlineData("Export-MinaDrillReport $args[0] -Drill (Get-MinaRecoveryDrill -Last 2).Drill", 2)]
    public void A_report_is_written_on_drills_of_the_history_or_those_piped_in(string command, int drills)
    {
        var path = Path.Combine(folder.Path, "report.html");
        using var session = new ModuleSession();
        dynamic report = session.Run(command, path, now.AddDays(-11)).ThrowIfFailed().Output.Single().BaseObject;

        Assert.Equal((path, drills, true), ((string)report.Path, (int)report.Drills, (bool)report.IsHistoryIntact));
        Assert.Equal(drills, XDocument.Load(path).Descendants("section").Count(section => section.Attribute("class")?.Value == "drill"));
    }

    [Fact]
    public void The_history_of_piped_records_is_the_one_they_came_from()
    {
        var elsewhere = Path.Combine(folder.Path, "elsewhere");
        new DrillHistoryFile(elsewhere).Add("drill-9", now.AddDays(-1), "Passed");
        using var session = new ModuleSession();
        session.Run("Get-MinaRecoveryDrill -Path $args[0] | Export-MinaDrillReport $args[1]", elsewhere, Path.Combine(folder.Path, "report.md")).ThrowIfFailed();
        var text = File.ReadAllText(Path.Combine(folder.Path, "report.md"));

        Assert.StartsWith("# Recovery drill report", text, StringComparison.Ordinal);
        Assert.Contains("**Record:** 1, intact", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_replaces_nothing_unless_forced_and_WhatIf_writes_nothing()
    {
        var path = Path.Combine(folder.Path, "report.json");
        using var session = new ModuleSession();
        session.Run("Export-MinaDrillReport $args[0] -WhatIf", path).ThrowIfFailed();
        Assert.Contains($"Write a report on recovery drills\" on target \"{path}\"", session.Screen.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(path));

        File.WriteAllText(path, "mine");
        var refused = session.Run("Export-MinaDrillReport $args[0]", path);
        Assert.Equal("ObjectExists,Mina.Backup.Commands.ExportMinaDrillReportCommand", refused.Error.FullyQualifiedErrorId);
        Assert.Equal("mine", File.ReadAllText(path));

        session.Run("Export-MinaDrillReport $args[0] -Force", path).ThrowIfFailed();
        Assert.StartsWith("{", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_report_is_an_error_and_a_changed_history_is_one_beside_the_report()
    {
        var path = Path.Combine(folder.Path, "report.html");
        using var session = new ModuleSession();
        var nobody = session.Run("Export-MinaDrillReport $args[0] -Database nobody", path);
        var nothing = session.Run("Get-MinaRecoveryDrill nobody | Export-MinaDrillReport $args[0]", path);
        Assert.False(File.Exists(path));
        history.Edit("1000", "1001");
        var changed = session.Run("Export-MinaDrillReport $args[0]", path);

        Assert.StartsWith("DrillNotFound,", nobody.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("DrillNotFound,", nothing.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("DrillHistoryBroken,", changed.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(changed.Output);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Views_read_the_same_in_every_culture()
    {
        using var english = new ModuleSession("en-US");
        using var german = new ModuleSession("de-DE");
        var path = Path.Combine(folder.Path, "report.html");
        foreach (var (script, expected) in new (string, string[])[]
        {
            ("Get-MinaRecoveryDrill", ["drill-3", "Failed", "Intact", "4m 05s", "18h 00m", "overdue"]),
            ("Get-MinaRecoveryDrill -Summary", ["Backup", "billing", "True", "False"]),
            ("Export-MinaDrillReport $args[0] -Force", ["Html", "Passed", "True", "KiB", path]),
        })
        {
            var shown = english.Show(script, path);
            Assert.All(expected, text => Assert.Contains(text, shown, StringComparison.Ordinal));
            Assert.DoesNotContain("#ERR", shown, StringComparison.Ordinal);
            Assert.Equal(shown, german.Show(script, path));
        }
    }

    private static IEnumerable<string?> Ids(ScriptOutcome outcome) => outcome.ThrowIfFailed().Output.Select(Id);

    private static string? Id(PSObject record) => record.Properties["Id"].Value?.ToString();
}
