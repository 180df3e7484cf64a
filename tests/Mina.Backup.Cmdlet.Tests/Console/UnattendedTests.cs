namespace Mina.Backup.Cmdlet.Tests.Console;

public sealed class UnattendedTests
{
    private const string Asks = """
        function Remove-Thing {
            [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param([Parameter(Mandatory)] $Name)
            if ($PSCmdlet.ShouldProcess($Name, 'Remove')) { "removed $Name" }
        }
        """;

    [Fact]
    public async Task A_confirmation_is_an_error_that_names_the_switch_and_nothing_happens()
    {
        var outcome = await MinaProgram.RunAsync([], Asks + "\nRemove-Thing a");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("", outcome.Output);
        Assert.Contains("-Confirm:$false", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("Error id: InteractionUnavailable", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("-Force", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("\"Remove\" on target \"a\"", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_named_switch_answers_the_confirmation()
    {
        var outcome = await MinaProgram.RunAsync([], Asks + "\nRemove-Thing a -Confirm:$false");

        Assert.Equal(new MinaProgram.Outcome(0, "removed a\n", ""), outcome);
    }

    [Fact]
    public async Task A_missing_parameter_is_an_error_that_names_it()
    {
        var outcome = await MinaProgram.RunAsync([], Asks + "\nRemove-Thing");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("missing mandatory parameters: Name", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("Do this: Give the missing parameter", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$Host.UI.ReadLine()", "parameter of the script")]
    [InlineData("$Host.UI.ReadLineAsSecureString()", "environment variable")]
    [InlineData("$Host.UI.PromptForCredential('', 'For the server', '', '')", "Give the credential as a parameter")]
    [InlineData("$Host.UI.RawUI.ReadKey()", "Run it in a terminal")]
    public async Task Other_questions_are_errors_that_say_what_to_give(string question, string advice)
    {
        var outcome = await MinaProgram.RunAsync(["-Command", question]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(advice, outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_reported_to_the_makers_of_PowerShell()
    {
        var outcome = await MinaProgram.RunAsync(["-NoModule", "-Command", "$env:POWERSHELL_TELEMETRY_OPTOUT"]);

        Assert.Equal(new MinaProgram.Outcome(0, "1\n", ""), outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("here")]
    public async Task Without_an_absolute_home_the_current_folder_stays_as_it_is(string home)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not look at HOME.");
        var folder = Directory.CreateTempSubdirectory("mina-home-").FullName;
        try
        {
            var outcome = await MinaProgram.RunAsync(["-NoModule", "-Command", "'ran'"], environment: new Dictionary<string, string> { ["HOME"] = home }, folder: folder);

            Assert.Equal(new MinaProgram.Outcome(0, "ran\n", ""), outcome);
            Assert.Empty(Directory.GetFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_default_folder_that_somebody_else_made_is_a_warning_where_none_was_asked_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The folder is one of this user alone.");
        var home = Directory.CreateTempSubdirectory("mina-home-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(home, "elsewhere"));
            var folder = Path.Combine(home, ".mina_backups_encrypted");
            Directory.CreateSymbolicLink(folder, Path.Combine(home, "elsewhere"));

            // Other tests set these in this process, and children inherit them; empty counts as unset.
            var environment = new Dictionary<string, string> { ["HOME"] = home, ["MINA_ENCRYPTED_BACKUP_PATH"] = "", ["MINA_BACKUP_PATH"] = "" };

            var listed = await MinaProgram.RunAsync(["-Command", "Get-MinaBackup -Name nothing*"], environment: environment);
            var asked = await MinaProgram.RunAsync(["-Command", $"Get-MinaBackup -Path '{folder}'"], environment: environment);

            Assert.Equal((0, ""), (listed.ExitCode, listed.Output));
            Assert.Contains($"WARNING: The folder {folder} is a symbolic link", listed.Errors, StringComparison.Ordinal);
            Assert.Equal(1, asked.ExitCode);
            Assert.Contains("Error id: FolderUnsafe", asked.Errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_an_error()
    {
        var outcome = await MinaProgram.RunAsync(["-Command", "Get-MinaBackup -Path /typo"]);

        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("Error id: ObjectNotFound", outcome.Errors, StringComparison.Ordinal);
    }
}
