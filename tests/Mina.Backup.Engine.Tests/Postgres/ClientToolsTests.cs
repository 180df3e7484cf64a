using System.Diagnostics;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Postgres;

public sealed class ClientToolsTests : IDisposable
{
    private readonly TestMachine machine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => machine.Dispose();

    [Fact]
    public async Task A_program_that_is_asked_for_its_version_sees_no_secret()
    {
        await WriteAsync("env > \"$0.env\"; echo 'psql (PostgreSQL) 15.20'");
        Environment.SetEnvironmentVariable("MINA_TEST_SECRET", "hunter2");
        try
        {
            var tool = await new ClientTools(machine.Environment).FindAsync("psql", 15, Token);

            Assert.Equal(new Version(15, 20), tool.Version);
            Assert.DoesNotContain("hunter2", await File.ReadAllTextAsync(tool.Path + ".env", Token), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("MINA_TEST_SECRET", null);
        }
    }

    [Fact]
    public async Task A_program_that_never_answers_is_ended_and_passed_over()
    {
        await WriteAsync("echo $$ > \"$0.pid\"; exec sleep 600");

        var error = await Assert.ThrowsAsync<ToolException>(() => new ClientTools(machine.Environment, TimeSpan.FromSeconds(5)).FindAsync("psql", 15, Token));

        Assert.Equal("ToolMissing", error.ErrorId);
        Assert.Contains("gave no answer within 5 seconds", error.Message, StringComparison.Ordinal);
        AssertEnded();
    }

    [Fact]
    public async Task A_program_that_fails_is_named_with_its_status()
    {
        await WriteAsync("exit 3");

        var error = await Assert.ThrowsAsync<ToolException>(() => new ClientTools(machine.Environment).FindAsync("psql", 15, Token));

        Assert.Equal("ToolMissing", error.ErrorId);
        Assert.Contains($"{Path.Combine(machine.Root, "psql")} --version ended with status 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Canceling_ends_the_program_that_is_asked()
    {
        await WriteAsync("echo $$ > \"$0.pid\"; exec sleep 600");
        using var cancel = new CancellationTokenSource();
        var finding = new ClientTools(machine.Environment, TimeSpan.FromMinutes(5)).FindAsync("psql", 15, cancel.Token);
        await Eventually.TrueAsync(() => File.Exists(PidFile) && new FileInfo(PidFile).Length > 0, "the program's start");
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => finding);
        AssertEnded();
    }

    [Fact]
    public async Task What_a_cancellation_killed_is_reported_as_canceled()
    {
        await WriteAsync("exec sleep 600");
        using var cancel = new CancellationTokenSource();
        await using var watch = new DumpWatch("db", cancel.Token);
        var process = watch.Start(new ClientTool("psql", Path.Combine(machine.Root, "psql"), new Version(15, 20)), [], new Dictionary<string, string>());
        var ending = watch.EnsureSuccessAsync(process);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ending);
        Assert.Null(watch.Failure);
    }

    private string PidFile => Path.Combine(machine.Root, "psql.pid");

    private void AssertEnded()
    {
        var id = int.Parse(File.ReadAllText(PidFile), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
    }

    private async Task WriteAsync(string body)
    {
        await ShellProgram.WriteAsync(Path.Combine(machine.Root, "psql"), body);
        machine.Set("MINA_PG_BIN", machine.Root);
    }
}
