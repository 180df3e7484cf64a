using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Tests.Restore;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Dump;

public sealed class BackupFileSetTests : IDisposable
{
    private readonly TestMachine machine = new();
    private readonly FaultyStore store;
    private readonly TestRun run;

    public BackupFileSetTests()
    {
        store = new FaultyStore(new DirectoryStore(machine.BackupDirectory));
        run = new TestRun(machine);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        run.Dispose();
        machine.Dispose();
    }

    [Theory]
    [InlineData(".sql.gz")]
    [InlineData(".index.jsonl.gz")]
    [InlineData(".manifest.json")]
    public async Task A_file_whose_commit_fails_behind_its_rename_goes_with_the_others(string suffix)
    {
        store.FailsAfterCommit = name => name.EndsWith(suffix, StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<StorageException>(WriteAsync);

        Assert.Contains(suffix, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(machine.BackupDirectory));
        Assert.Empty(run.Warnings);
    }

    [Theory]
    [InlineData(".sql.gz")]
    [InlineData(".globals.sql.gz")]
    public async Task What_cannot_be_removed_hides_neither_the_failure_nor_the_other_files(string suffix)
    {
        store.FailsBeforeCommit = name => name.EndsWith(".manifest.json", StringComparison.Ordinal);
        store.FailsRemoval = name => name.EndsWith(suffix, StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<StorageException>(WriteAsync);

        Assert.Contains(".manifest.json", error.Message, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(machine.BackupDirectory), file => Assert.EndsWith(suffix, file, StringComparison.Ordinal));
        Assert.Contains(run.Warnings, warning => warning.Contains(suffix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_somebody_else_has_taken_meanwhile_stays_theirs()
    {
        await using (var set = await BackupFileSet.ReserveAsync(store, BackupCompression.Gzip, encrypted: false, run.Context, Token))
        {
            await File.WriteAllTextAsync(store.GetAddress(set.Data.Name), "theirs", Token);
            await set.Data.Content.WriteAsync(new byte[] { 1 }, Token);
            var error = await Assert.ThrowsAsync<StorageException>(() => set.CommitDataAsync(Token));
            Assert.Equal("ObjectExists", error.ErrorId);
        }

        Assert.Equal("theirs", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(machine.BackupDirectory)), Token));
    }

    [Fact]
    public async Task A_complete_set_stays()
    {
        await WriteAsync();

        Assert.Equal(4, Directory.GetFiles(machine.BackupDirectory).Length);
    }

    private async Task WriteAsync()
    {
        await using var set = await BackupFileSet.ReserveAsync(store, BackupCompression.Gzip, encrypted: false, run.Context, Token);
        await set.Data.Content.WriteAsync(new byte[] { 1 }, Token);
        await set.CommitDataAsync(Token);
        foreach (var name in new[] { set.GlobalsFile, set.IndexFile })
        {
            var staged = await set.StageAsync(name, Token);
            await staged.Content.WriteAsync(new byte[] { 2 }, Token);
            await set.CommitAsync(staged, Token);
        }

        await set.CompleteAsync(new byte[] { 3 }, Token);
    }
}
