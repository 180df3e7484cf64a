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
    public async Task A_confirmation_is_an_error_that_names_the_switches_and_nothing_happens()
    {
        var outcome = await MinaProgram.RunAsync([], Asks + "\nRemove-Thing a");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("", outcome.Output);
        Assert.Contains("-Confirm:$false", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("-Force", outcome.Errors, StringComparison.Ordinal);
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
}
