using System.Diagnostics;
using System.Globalization;

namespace Mina.Backup.Cmdlet.Tests.Console;

public sealed class InterruptionTests
{
    [Theory(Timeout = 240_000)]
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

    [Fact(Timeout = 240_000)]
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

    private static async Task SendAsync(string signal, int processId)
    {
        using var kill = Process.Start("kill", ["-" + signal, processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
