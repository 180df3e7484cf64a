using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Engine.Tests.Wal;

namespace Mina.Backup.Engine.Tests.Drill;

/// <summary>Drills in a process of their own that is killed with signal 9.</summary>
public sealed class KilledDrillTests(ClusterFixture clusters)
{
    [Theory]
    [InlineData("Data")]
    [InlineData("Rows")]
    [InlineData("Amcheck")]
    public async Task Nothing_is_left_of_a_killed_drill(string stage)
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        var outcome = await Programs.TryAsync("dotnet", [EngineRunner.Path], new Dictionary<string, string>
        {
            ["OPERATION"] = "drill",
            ["KILL_AT"] = stage,
            ["PLACE"] = scene.Machine.BackupDirectory,
            ["TEMP_PLACE"] = scene.Environment.TempDirectory,
            ["MINA_STATE_PATH"] = scene.Environment.StateDirectory,
        });

        Assert.True(outcome.ExitCode == 137, outcome.Errors);
        // The guard ends the server and removes its folder by itself.
        for (var round = 0; scene.Left.Count > 0; round++)
        {
            Assert.True(round < 600, $"Left a minute later: {string.Join(", ", scene.Left)}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain(scene.Environment.TempDirectory, await Programs.RunAsync("ps", ["-eo", "args"]), StringComparison.Ordinal);
    }
}
