using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Runtime;

public sealed class RunScopeTests : IDisposable
{
    private readonly TestMachine machine = new();

    public void Dispose() => machine.Dispose();

    [Fact]
    public async Task A_log_never_holds_a_registered_secret()
    {
        machine.Set("GPG_BACKUP_PASSPHRASE", "correct horse");
        string path;
        using (var run = RunScope.Start("backup", new QuietObserver(), machine.Environment, TimeProvider.System))
        {
            run.Context.Log.Redact("p@ss/word");
            run.Context.Verbose("connecting with p@ss/word, p%40ss%2Fword and correct horse");
            path = run.Context.Log.Path;
        }

        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains("connecting with ***, *** and ***", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task A_log_never_holds_a_passphrase_that_was_given()
    {
        using var passphrase = new Secret("given horse");
        string path;
        using (var run = RunScope.Start("backup", new QuietObserver(), machine.Environment, TimeProvider.System))
        using (var keys = KeyRing.Create(new KeyRequest { Passphrase = passphrase, PrivateKeyPassphrase = new Secret("own horse") }, machine.Environment))
        {
            keys.HideIn(run.Context.Log);
            run.Context.Verbose("tried given horse and own horse");
            path = run.Context.Log.Path;
        }

        Assert.Contains("tried *** and ***", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("given horse", passphrase.Reveal());
    }

    [Fact]
    public async Task A_failed_run_leaves_its_log_and_a_line_of_history()
    {
        using var run = RunScope.Start("backup", new QuietObserver(), machine.Environment, TimeProvider.System);

        var error = await Assert.ThrowsAsync<ServerException>(() => run.RunAsync<int>(
            _ => throw new ServerException(ErrorCatalog.ServerUnreachable, "db:5432 did not answer."), _ => null));

        var history = new List<RunRecord>();
        await foreach (var record in new RunHistory(machine.Environment).ReadAsync(TestContext.Current.CancellationToken))
        {
            history.Add(record);
        }

        Assert.Equal(run.Context.Log.Path, error.LogPath);
        Assert.Contains("db:5432 did not answer.", await File.ReadAllTextAsync(error.LogPath!, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var only = Assert.Single(history);
        Assert.Equal(("failed", "ServerUnreachable"), (only.Outcome, only.ErrorId));
    }

    [Fact]
    public async Task Runs_that_end_together_all_reach_the_history()
    {
        var history = new RunHistory(machine.Environment);
        var record = new RunRecord { StartedAt = DateTimeOffset.UnixEpoch, Operation = "backup", Outcome = "succeeded", Duration = TimeSpan.Zero, Log = "x" };

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => history.AppendAsync(record, TestContext.Current.CancellationToken)));

        Assert.Equal(20, (await File.ReadAllLinesAsync(history.Path, TestContext.Current.CancellationToken)).Length);
    }
}
