namespace Mina.Backup.Cmdlet.Tests.Console;

public sealed class ScriptTests
{
    [Fact]
    public async Task Arguments_reach_the_script_by_name_by_position_and_unevaluated()
    {
        using var script = new ScriptFile("""
            param([string] $Name, [switch] $On, [bool] $Flag, [Parameter(Position = 0, ValueFromRemainingArguments)] [string[]] $Rest)
            "$Name|$On|$Flag|$($Rest -join ',')"
            """);

        var outcome = await MinaProgram.RunAsync([script.Path, "-Name", "it's $(1 + 1)", "-On", "-Flag:$true", "a b", "$env:HOME", "7"]);

        Assert.Equal(new MinaProgram.Outcome(0, "it's $(1 + 1)|True|True|a b,$env:HOME,7\n", ""), outcome);
    }

    [Fact]
    public async Task A_script_knows_its_own_folder()
    {
        using var script = new ScriptFile("$PSScriptRoot; $PSCommandPath");

        var outcome = await MinaProgram.RunAsync([script.Path]);

        Assert.Equal($"{Path.GetDirectoryName(script.Path)}\n{script.Path}\n", outcome.Output);
    }

    [Fact]
    public async Task A_script_on_standard_input_may_have_parameters_and_comments()
    {
        var outcome = await MinaProgram.RunAsync([], "param($x = 3)\nforeach ($i in 1..$x) {\n  $i\n}\n# the end");

        Assert.Equal(new MinaProgram.Outcome(0, "1\n2\n3\n", ""), outcome);
    }

    [Fact]
    public async Task Objects_go_to_standard_output_and_all_else_to_standard_error()
    {
        using var script = new ScriptFile("""
            [CmdletBinding()] param()
            $PSCmdlet.WriteWarning('careful'); $PSCmdlet.WriteVerbose('detail'); 'result'
            """);

        var quiet = await MinaProgram.RunAsync([script.Path]);
        var verbose = await MinaProgram.RunAsync([script.Path, "-Verbose"]);

        Assert.Equal(new MinaProgram.Outcome(0, "result\n", "WARNING: careful\n"), quiet);
        Assert.Equal(new MinaProgram.Outcome(0, "result\n", "WARNING: careful\nVERBOSE: detail\n"), verbose);
    }

    [Fact]
    public async Task Output_in_a_pipe_carries_no_colors()
    {
        var outcome = await MinaProgram.RunAsync(["-Command", "[pscustomobject]@{ a = 1; b = 2 }"]);

        Assert.Equal("\na b\n- -\n1 2\n\n", outcome.Output);
    }

    [Fact]
    public async Task An_error_says_what_to_do_next_and_where_it_happened()
    {
        using var script = new ScriptFile("""
            [CmdletBinding()] param()
            $record = [System.Management.Automation.ErrorRecord]::new([Exception]::new('It broke.'), 'ItsId', 'NotSpecified', $null)
            $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new('It broke.')
            $record.ErrorDetails.RecommendedAction = 'Mend it.'
            throw $record
            """);

        var outcome = await MinaProgram.RunAsync([script.Path]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("", outcome.Output);
        Assert.Equal($"mina: It broke.\n  Do this: Mend it.\n  Error id: ItsId\n  At: {script.Path}:5\n", outcome.Errors);
    }

    [Fact]
    public async Task Native_programs_write_to_the_real_streams_and_are_no_error_by_that()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Uses a Unix shell.");

        var outcome = await MinaProgram.RunAsync(["-Command", "& sh -c 'echo out; echo err >&2'"]);
        var failed = await MinaProgram.RunAsync(["-Command", "& sh -c 'exit 3'"]);

        Assert.Equal(new MinaProgram.Outcome(0, "out\n", "err\n"), outcome);
        Assert.Equal(3, failed.ExitCode);
    }

    [Fact]
    public async Task Text_and_numbers_can_be_piped_into_native_programs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Uses a Unix program.");

        var text = await MinaProgram.RunAsync(["-Command", "$lines = 'a', 7, \"b`nc\" | & cat; \"$($lines.Count): $lines\""]);
        var other = await MinaProgram.RunAsync(["-Command", "[version]'1.2' | & cat"]);

        Assert.Equal(new MinaProgram.Outcome(0, "4: a 7 b c\n", ""), text);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("not Version", other.Errors, StringComparison.Ordinal);
    }
}
