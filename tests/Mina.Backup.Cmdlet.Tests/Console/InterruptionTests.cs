using System.Diagnostics;
using System.Globalization;

namespace Mina.Backup.Cmdlet.Tests.Console;

public sealed class InterruptionTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_stops_the_script_in_order_and_gives_128_and_its_number(string signal, int status)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send to a child.");
        using var script = new ScriptFile("""
            try { [Console]::WriteLine('ready'); while ($true) { [Threading.Thread]::Sleep(20) } }
            finally { [Console]::WriteLine('cleaned up') }
            'never reached'
            """);
        using var process = MinaProgram.Start([script.Path]);
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));

        await SendAsync(signal, process.Id);
        var rest = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("cleaned up\n", rest);
        Assert.Equal(status, process.ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_signal_ends_the_program_that_the_script_waits_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send to a child.");
        using var process = MinaProgram.Start(["-Command", "& sh -c 'echo $$; exec sleep 600'"]);
        var child = int.Parse(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "", CultureInfo.InvariantCulture);

        await SendAsync("INT", process.Id);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, process.ExitCode);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(child));
    }

    // Which part of the start a signal meets depends on the machine; wherever it does, nothing may go on as if there had been none.
    [Theory(Timeout = 60_000)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_signal_during_the_start_is_never_forgotten(string signal, int status)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send to a child.");
        for (var milliseconds = 60; milliseconds <= 500; milliseconds += 40)
        {
            using var process = MinaProgram.Start(["-Command", "[Threading.Thread]::Sleep(4000); Get-MinaBackup -Path /; [Console]::WriteLine('to its end')"]);
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);

            await SendAsync(signal, process.Id);
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(("", "", status), (await output, await errors, process.ExitCode));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_signal_while_the_script_is_read_ends_the_run_before_it_begins()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Whether a process waits for its input is read from /proc.");
        using var process = MinaProgram.Start(["-NoModule"]);
        while (!await ReadsInputAsync(process.Id))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await SendAsync("INT", process.Id);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, process.ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Ctrl_C_ends_a_question_on_a_terminal()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test's terminal is that of util-linux.");
        using var script = new ScriptFile("""
            function Remove-Thing {
                [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param()
                if ($PSCmdlet.ShouldProcess('a', 'Remove')) { 'removed' }
            }
            Remove-Thing
            """);
        using var terminal = MinaProgram.StartOnTerminal([script.Path]);
        var shown = "";
        var letters = new char[256];
        while (!shown.Contains("> ", StringComparison.Ordinal))
        {
            var count = await terminal.StandardOutput.ReadAsync(letters, TestContext.Current.CancellationToken);
            Assert.True(count > 0, shown);
            shown += new string(letters, 0, count);
        }

        await terminal.StandardInput.WriteAsync('\u0003');
        await terminal.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        shown += await terminal.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await terminal.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, terminal.ExitCode);
        Assert.DoesNotContain("removed", shown, StringComparison.Ordinal);
    }

    // The system call that the main thread is in: read(2), by its numbers on x86-64 and ARM64, of standard input or a duplicate of it.
    private static async Task<bool> ReadsInputAsync(int processId)
    {
        var call = await File.ReadAllTextAsync($"/proc/{processId}/syscall", TestContext.Current.CancellationToken);
        return call.Split(' ') is ["0" or "63", var descriptor, ..]
            && Target(int.Parse(descriptor.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)) == Target(0);

        string? Target(int number) => new FileInfo($"/proc/{processId}/fd/{number}").LinkTarget;
    }

    private static async Task SendAsync(string signal, int processId)
    {
        using var kill = Process.Start("kill", ["-" + signal, processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
