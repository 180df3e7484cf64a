namespace Mina.Backup.Cmdlet.Tests.Console;

public sealed class ModuleLookupTests
{
    [Fact]
    public async Task The_module_beside_the_console_is_there_without_being_asked_for()
    {
        var outcome = await MinaProgram.RunAsync(["-Command", "(Get-Module Mina.Backup).ModuleBase"]);

        Assert.Equal(new MinaProgram.Outcome(0, MinaProgram.ModuleDirectory + "\n", ""), outcome);
    }

    [Fact]
    public async Task Objects_of_the_module_render_through_its_views()
    {
        var script = """
            [Mina.Backup.Model.BackupInfo]@{
                Name = 'mina_db_backup_20260102_030405'; Location = '/backups'; FileName = 'f'; Path = '/backups/f'; Database = 'mina'
                CreatedAt = [DateTimeOffset]::new(2026, 1, 2, 3, 4, 5, [TimeSpan]::Zero); Size = 3145728
                Encryption = 'Passphrase'; Format = 'Mina'; State = 'Verified'
            }
            """;

        var outcome = await MinaProgram.RunAsync(["-Command", script]);

        Assert.Equal("", outcome.Errors);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("mina_db_backup_20260102_030405", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("3 MiB", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("3145728", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_variable_names_another_module()
    {
        var given = new Dictionary<string, string> { ["MINA_MODULE_PATH"] = Path.Combine(MinaProgram.ModuleDirectory, "Mina.Backup.psd1") };
        var wrong = new Dictionary<string, string> { ["MINA_MODULE_PATH"] = "/no/such/folder" };

        var outcome = await MinaProgram.RunAsync(["-Command", "(Get-Module Mina.Backup).Name"], environment: given);
        var failed = await MinaProgram.RunAsync(["-Command", "'not reached'"], environment: wrong);

        Assert.Equal(new MinaProgram.Outcome(0, "Mina.Backup\n", ""), outcome);
        Assert.Equal((1, ""), (failed.ExitCode, failed.Output));
        Assert.Contains("MINA_MODULE_PATH names /no/such/folder", failed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoModule_leaves_it_out()
    {
        var outcome = await MinaProgram.RunAsync(["-NoModule", "-Command", "@(Get-Module Mina.Backup).Count"]);

        Assert.Equal(new MinaProgram.Outcome(0, "0\n", ""), outcome);
    }
}
