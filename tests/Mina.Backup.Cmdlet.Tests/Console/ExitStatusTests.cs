namespace Mina.Backup.Cmdlet.Tests.Console;

public sealed class ExitStatusTests
{
    // Reports an error on the error stream and goes on, as a cmdlet's non-terminating error does.
    private const string NonTerminatingError =
        "Import-Module there-is-no-such-module; 'went on'";

    [Fact]
    public async Task Status_is_zero_when_nothing_went_wrong()
    {
        var outcome = await MinaProgram.RunAsync(["-Command", "'fine'"]);

        Assert.Equal(new MinaProgram.Outcome(0, "fine\n", ""), outcome);
    }

    [Fact]
    public async Task An_error_on_the_error_stream_gives_a_status_although_the_script_went_on()
    {
        var outcome = await MinaProgram.RunAsync(["-Command", NonTerminatingError]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("went on\n", outcome.Output);
        Assert.Contains("there-is-no-such-module", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_inside_a_script_file_gives_a_status_too()
    {
        using var script = new ScriptFile($"function inner {{ {NonTerminatingError} }}; inner");

        var outcome = await MinaProgram.RunAsync([script.Path]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("went on\n", outcome.Output);
    }

    [Theory]
    [InlineData("throw 'uncaught'")]
    [InlineData("1 / 0")]
    [InlineData("no-such-command")]
    [InlineData("if (")]
    public async Task Uncaught_and_unreadable_scripts_give_1(string text)
    {
        using var script = new ScriptFile(text);

        Assert.Equal(1, (await MinaProgram.RunAsync([script.Path])).ExitCode);
        Assert.Equal(1, (await MinaProgram.RunAsync(["-Command", text])).ExitCode);
        Assert.Equal(1, (await MinaProgram.RunAsync([], text)).ExitCode);
    }

    [Fact]
    public async Task Caught_and_discarded_errors_are_no_failure()
    {
        var outcome = await MinaProgram.RunAsync(["-Command", "try { throw 'x' } catch { 'caught' }; Import-Module no-such 2>$null"]);

        Assert.Equal(new MinaProgram.Outcome(0, "caught\n", ""), outcome);
    }

    [Fact]
    public async Task Exit_gives_its_number_from_file_command_and_standard_input()
    {
        using var script = new ScriptFile("'before'; exit 7; 'after'");

        Assert.Equal(new MinaProgram.Outcome(7, "before\n", ""), await MinaProgram.RunAsync([script.Path]));
        Assert.Equal(7, (await MinaProgram.RunAsync(["-Command", "exit 7"])).ExitCode);
        Assert.Equal(7, (await MinaProgram.RunAsync([], "'x'\nexit 7\n")).ExitCode);
    }

    [Fact]
    public async Task Exit_0_does_not_hide_an_error()
    {
        using var script = new ScriptFile(NonTerminatingError + "; exit 0");

        Assert.Equal(1, (await MinaProgram.RunAsync([script.Path])).ExitCode);
        Assert.Equal(1, (await MinaProgram.RunAsync(["-Command", NonTerminatingError + "; exit 0"])).ExitCode);
    }

    [Fact]
    public async Task Exit_of_an_inner_script_ends_that_script_only()
    {
        using var inner = new ScriptFile("exit 5");
        using var outer = new ScriptFile($"& \"{inner.Path}\"; \"inner gave $LASTEXITCODE\"");

        Assert.Equal(new MinaProgram.Outcome(0, "inner gave 5\n", ""), await MinaProgram.RunAsync([outer.Path]));
    }

    [Fact]
    public async Task A_wrong_command_line_is_told_with_the_usage()
    {
        var unknown = await MinaProgram.RunAsync(["-Bogus"]);
        var missing = await MinaProgram.RunAsync(["no-such-script.ps1"]);

        Assert.Equal(64, unknown.ExitCode);
        Assert.Contains("Usage: mina", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal(64, missing.ExitCode);
        Assert.Contains("no-such-script.ps1 does not exist", missing.Errors, StringComparison.Ordinal);
    }
}
