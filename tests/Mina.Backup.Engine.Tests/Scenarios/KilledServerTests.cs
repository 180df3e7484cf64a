using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class KilledServerTests(ScenarioFixture fixture) : Scenario(fixture)
{
    private static readonly ErrorDefinition[] Lost = [ErrorCatalog.ServerConnectionLost, ErrorCatalog.ServerUnreachable];

    /// <inheritdoc/>
    public override ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A server's processes are found in /proc.");
        return base.InitializeAsync();
    }

    [Fact]
    public async Task Killed_while_the_dump_is_written()
    {
        await using var server = await ScenarioServer.StartAsync();
        await server.CreateAsync("live", "sample.sql");
        await server.SqlAsync("live", "CREATE TABLE filler AS SELECT g AS id, (SELECT string_agg(md5((g * 100 + i)::text), '') FROM generate_series(1, 60) i) AS t FROM generate_series(1, 40000) g");
        var killer = Task.Run(() => KillWhenWritingAsync(server), Cancel);

        await FailsAsync(Lost, () => BackupAsync("live", server: server));
        await killer;

        Assert.Empty(FilesInPlace());
        await server.StartAgainAsync();
        Assert.Equal(CheckOutcome.Passed, (await BackupAsync("live", server: server)).Verification?.Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_every_stage_of_a_restore(bool inPlace)
    {
        await using var server = await ScenarioServer.StartAsync(new Dictionary<string, string> { ["fsync"] = "on", ["full_page_writes"] = "on" });
        await server.CreateAsync("live", "sample.sql");
        var exactly = await DumpText.StateAsync(server, "live");
        var original = await DumpText.StateWithoutSequencesAsync(server, "live");
        var backup = await BackupAsync("live", server: server);
        await server.SqlAsync("live", "UPDATE users SET name = 'changed later'");
        var changed = await DumpText.StateWithoutSequencesAsync(server, "live");
        var rehearsal = new RecordingObserver();
        await server.CreateAsync("rehearsal");
        await RunAsync(backup, "rehearsal", server, rehearsal, inPlace);
        Assert.Contains(inPlace ? "Commit" : "Swap", rehearsal.Stages);

        foreach (var stage in rehearsal.Stages)
        {
            var killed = false;
            void KillAt(string begun)
            {
                if (begun == stage && !killed)
                {
                    killed = true;
                    server.KillAsync().GetAwaiter().GetResult();
                }
            }

            var observer = new RecordingObserver { StageBegins = KillAt };
            RestoreResult? done = null;
            try
            {
                done = await RunAsync(backup, "live", server, observer, inPlace);
            }
            catch (MinaException error)
            {
                Assert.True(Lost.Any(definition => definition.Id == error.ErrorId), $"{stage}: {error.ErrorId}: {error}");
            }

            Assert.True(killed, $"{stage} did not begin.");
            await server.StartAgainAsync();
            var state = await DumpText.StateWithoutSequencesAsync(server, "live");
            Assert.True(state == changed || state == original, $"{stage}: the live database is neither what it was nor the restored copy.");
            Assert.True(done is null || state == original, $"{stage}: success was told for a database that is not restored.");
        }

        var result = await RunAsync(backup, "live", server, new RecordingObserver(), inPlace);
        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        Assert.Equal(exactly, await DumpText.StateAsync(server, "live"));
    }

    private Task<RestoreResult> RunAsync(BackupResult backup, string target, ScenarioServer server, IRunObserver observer, bool inPlace) =>
        RestoreAsync(backup.Name, target, request => request with { SkipSafetyBackup = true, DropOriginal = !inPlace, InPlace = inPlace }, server, observer);

    private async Task KillWhenWritingAsync(ScenarioServer server)
    {
        await Eventually.TrueAsync(
            () => Directory.Exists(Place) && Directory.EnumerateFiles(Place, "*.partial").Any(file => new FileInfo(file).Length > 1_000_000),
            "a megabyte of the backup",
            TimeSpan.FromMilliseconds(2));
        await server.KillAsync();
    }
}
