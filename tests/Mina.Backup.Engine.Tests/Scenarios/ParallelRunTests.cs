using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class ParallelRunTests(ScenarioFixture fixture) : Scenario(fixture)
{
    [Fact]
    public async Task Backups_that_run_at_once_into_one_folder_do_not_harm_each_other()
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.CreateAsync("other", "sample.sql");
        var runs = new[] { "live", "other", "live" }.Select(database => Task.Run(() => TryBackupAsync(database), Cancel)).ToArray();
        var results = await Task.WhenAll(runs);

        Assert.Contains(results, result => result is not null);
        Assert.DoesNotContain(FilesInPlace(), name => name.Contains("partial", StringComparison.Ordinal));
        var made = results.OfType<BackupResult>().ToList();
        Assert.Equal(made.Count, made.Select(result => result.Name).Distinct().Count());
        Assert.Equal(made.Count * 4, FilesInPlace().Count);
        foreach (var backup in made)
        {
            Assert.Equal(CheckOutcome.Passed, (await VerifyAsync(backup.Name)).Outcome);
        }
    }

    [Fact]
    public async Task Two_restores_into_one_database_at_once_end_with_one_sound_database()
    {
        await Server.CreateAsync("live", "sample.sql");
        var state = await DumpText.StateAsync(Server, "live");
        var backup = await BackupAsync("live");
        var runs = Enumerable.Range(0, 2).Select(_ => Task.Run(() => TryRestoreAsync(backup.Name), Cancel)).ToArray();
        var results = await Task.WhenAll(runs);

        Assert.Contains(results, result => result is not null);
        Assert.Equal(state, await DumpText.StateAsync(Server, "live"));
    }

    private async Task<BackupResult?> TryBackupAsync(string database)
    {
        try
        {
            return await BackupAsync(database);
        }
        catch (StorageException error) when (error.ErrorId == ErrorCatalog.ObjectExists.Id)
        {
            // Losing the race for a name is allowed; harming the winner is not.
            return null;
        }
    }

    private async Task<RestoreResult?> TryRestoreAsync(string name)
    {
        try
        {
            return await RestoreAsync(name, "live", request => request with { SkipSafetyBackup = true });
        }
        catch (MinaException error)
        {
            // One of the two may be refused, with one clear error.
            Assert.NotEqual(ErrorCatalog.UnexpectedFailure.Id, error.ErrorId);
            return null;
        }
    }
}
