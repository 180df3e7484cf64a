using System.Diagnostics;
using System.Xml.Linq;
using Mina.Backup.Cmdlet.Tests.Console;
using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class DrillTests(BackupSite site) : IClassFixture<BackupSite>
{
    private const string Result = """
        [Mina.Backup.Model.RecoveryDrillResult]@{
            Id = 'drill-20261124-011500-00ff'; Type = 'Backup'; Verdict = 'Failed'; Backup = 'mina_db_backup_20261124_011500'; Location = '/backups'; Database = 'mina'
            Steps = [Mina.Backup.Model.DrillStep[]]@(
                [Mina.Backup.Model.DrillStep]@{ Step = 'Verify'; Outcome = 'Passed'; Duration = [System.TimeSpan]::FromSeconds(1.5); Detail = 'It is sound.' }
                [Mina.Backup.Model.DrillStep]@{ Step = 'SmokeTest'; Name = 'checks.sql'; Outcome = 'Failed'; Duration = [System.TimeSpan]::FromSeconds(2); Detail = 'false: SELECT 1 > 2'; Differences = [string[]]@('one', 'other') })
            RecoveryTime = [Mina.Backup.Model.DrillObjective]@{ Measured = [System.TimeSpan]::FromSeconds(90); Target = [System.TimeSpan]::FromMinutes(60); Basis = 'measured' }
            RecoveryPoint = [Mina.Backup.Model.DrillObjective]@{ Target = [System.TimeSpan]::FromHours(25); Basis = 'not known' }
            Seed = 7; Operator = 'ada'; StartedAt = [System.DateTimeOffset]::UnixEpoch; Duration = [System.TimeSpan]::FromSeconds(100); LogPath = '/log'
            Environment = [Mina.Backup.Model.DrillEnvironment]@{ Machine = 'host'; OperatingSystem = 'Linux'; Processors = 2; ModuleVersion = '0.1.0'; ServerVersion = '15.20'; Staging = 'ephemeral cluster' }
        }
        """;

    [Fact]
    public void A_piped_backup_is_drilled_with_script_blocks_and_files_of_SQL()
    {
        var folder = site.NewFolder();
        var file = Path.Combine(site.NewFolder(), "checks.sql");
        File.WriteAllText(file, "SELECT count(*) = 1000 FROM users;");
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).ThrowIfFailed();

        var passed = session.Run("Get-MinaBackup -Path $args[0] | Invoke-MinaRecoveryDrill -SmokeTest $args[1], { $_.Contains('drill_mina') -and $args[0] -eq $_ }", folder, file);
        var report = Path.Combine(site.NewFolder(), "drill.html");
        var failed = session.Run("Invoke-MinaRecoveryDrill -Path $args[0] -Seed 7 -SmokeTest { 'all is well' }, { $false }, { throw 'no rows' } -OutFile $args[1]", folder, report);

        passed.ThrowIfFailed();
        var result = passed.Output.Single();
        Assert.Equal(("Passed", "Mina.Backup.Model.RecoveryDrillResult"), (result.Properties["Verdict"].Value.ToString(), result.BaseObject.GetType().FullName));
        Assert.Equal(["checks.sql: Passed", "$_.Contains('drill_mina') -and $args[0] -eq $_: Passed"], Tests(session, result));
        Assert.Equal("DrillFailed,Mina.Backup.Commands.InvokeMinaRecoveryDrillCommand", failed.Error.FullyQualifiedErrorId);
        Assert.Equal(7, failed.Output.Single().Properties["Seed"].Value);
        Assert.Equal(["'all is well': Passed", "$false: Failed", "throw 'no rows': Failed"], Tests(session, failed.Output.Single()));
        var id = failed.Output.Single().Properties["Id"].Value.ToString()!;
        Assert.Contains(id, File.ReadAllText(report), StringComparison.Ordinal);
        Assert.Equal(id, session.Run("(Get-MinaRecoveryDrill -Last 1).Id").Output.Single().ToString());
        Assert.Contains("no rows", session.Run("($args[0].Steps | ForEach-Object Detail) -join ' '", failed.Output.Single()).Output.Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_drill_and_a_backup_that_is_not_there()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();

        var nothing = session.Run("Invoke-MinaRecoveryDrill -Path $args[0]", folder);
        Assert.Equal("Inconclusive", nothing.Output.Single().Properties["Verdict"].Value.ToString());
        Assert.StartsWith("DrillInconclusive,", nothing.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("BackupNotFound,", session.Run("Invoke-MinaRecoveryDrill nothing -Path $args[0]", folder).Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("ArchiveNotGiven,", session.Run("Invoke-MinaRecoveryDrill -Type Pitr").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        var both = session.Run("Invoke-MinaRecoveryDrill -Type Both -Path $args[0]", folder);
        Assert.Empty(both.Output);
        Assert.StartsWith("ArchiveNotGiven,", both.Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("OptionConflict,", session.Run("Invoke-MinaRecoveryDrill backup -Type Pitr").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("SmokeTestUnreadable,", session.Run("Invoke-MinaRecoveryDrill -SmokeTest ./nowhere.sql").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_that_stops_at_errors_gets_every_drill_and_the_report_first()
    {
        var folder = site.NewFolder();
        var report = Path.Combine(site.NewFolder(), "evidence", "drill.json");
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).ThrowIfFailed();

        var stopped = session.Run(
            "try { Invoke-MinaRecoveryDrill -Path $args[0] -Count 2 -RtoTarget 0.01s -OutFile $args[1] -ErrorAction Stop | ForEach-Object Id } catch { 'stopped: ' + $_.FullyQualifiedErrorId }", folder, report);

        var lines = stopped.Output.Select(line => line.ToString()).ToList();
        Assert.Equal(3, lines.Count);
        Assert.StartsWith("stopped: DrillFailed,", lines[2], StringComparison.Ordinal);
        Assert.All(lines.Take(2), id => Assert.Contains(id, File.ReadAllText(report), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mina_fails_with_a_drill_that_did_not_pass()
    {
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).ThrowIfFailed();

        var passed = await MinaProgram.RunAsync(["-Command", $"(Invoke-MinaRecoveryDrill -Path '{folder}').Verdict.ToString()"]);
        var failed = await MinaProgram.RunAsync(["-Command", $"(Invoke-MinaRecoveryDrill -Path '{folder}' -RtoTarget 0.01s).Verdict.ToString()"]);

        Assert.Equal((0, "Passed\n"), (passed.ExitCode, passed.Output));
        Assert.Equal((1, "Failed\n"), (failed.ExitCode, failed.Output));
        Assert.Contains("Targets: Recovery time", failed.Errors, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task An_interrupted_drill_leaves_neither_process_nor_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send to a child.");
        var folder = site.NewFolder();
        using var session = new ModuleSession();
        session.Run("New-MinaBackup $args[0] $args[1] -NoEncryption", site.DatabaseUri, folder).ThrowIfFailed();

        using var process = MinaProgram.Start(["-Command", $"Invoke-MinaRecoveryDrill -Path '{folder}' -SmokeTest {{ [Console]::WriteLine($_); while ($true) {{ [Threading.Thread]::Sleep(20) }} }}"]);
        var uri = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        var cluster = Uri.UnescapeDataString(uri!.Split('@')[1].Split(':')[0]);
        Assert.True(Directory.Exists(cluster), uri);
        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
        Assert.False(Directory.Exists(cluster));
        Assert.DoesNotContain(cluster, Shell("ps -eo args"), StringComparison.Ordinal);
    }

    [Fact]
    public void Views_show_verdict_steps_and_objectives_alike_in_every_culture()
    {
        using var english = new ModuleSession("en-US");
        using var german = new ModuleSession("de-DE");
        using var folder = new TemporaryFolder();
        var document = XDocument.Load(Path.Combine(ShippedModule.Folder, "Mina.Backup.Drill.format.ps1xml"));
        document.Descendants("View").Where(view => view.Element("TableControl") is not null).Remove();
        var path = Path.Combine(folder.Path, "lists.format.ps1xml");
        document.Save(path);
        using var lists = new ModuleSession("de-DE", path);

        foreach (var (shown, expected) in new (string, string[])[]
        {
            (english.Show(Result), ["mina_db_backup_20261124_011500", "Failed", "1970-01-01 00:00:00Z", "1m 30s"]),
            (english.Show($"({Result}).Steps"), ["SmokeTest", "checks.sql", "1.5 s", "false: SELECT 1 > 2"]),
            (lists.Show(Result), ["drill-20261124-011500-00ff", "SmokeTest (checks.sql) Failed", "one", "host, Linux, PostgreSQL 15.20, ephemeral cluster", "(measured)", "/log"]),
            (lists.Show($"({Result}).Steps"), ["other", "It is sound."]),
        })
        {
            Assert.All(expected, text => Assert.Contains(text, shown, StringComparison.Ordinal));
            Assert.DoesNotContain("#ERR", shown, StringComparison.Ordinal);
        }

        Assert.Equal(english.Show(Result), german.Show(Result));
    }

    private static IEnumerable<string> Tests(ModuleSession session, object result) =>
        session.Run("$args[0].Steps | ForEach-Object { if ($_.Step -eq 'SmokeTest') { $_.Name + ': ' + $_.Outcome } }", result).Output.Select(text => text.ToString());

    private static string Shell(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd();
    }
}
