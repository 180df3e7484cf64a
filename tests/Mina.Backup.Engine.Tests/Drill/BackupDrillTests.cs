using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Drill;

public sealed class BackupDrillTests(ClusterFixture clusters)
{
    [Theory]
    [InlineData(null)]
    [InlineData("päss")]
    public async Task A_sound_backup_passes_every_step_and_leaves_nothing(string? passphrase)
    {
        await using var scene = await DrillScene.CreateAsync(clusters, passphrase);
        var backup = await scene.BackUpAsync();

        var result = await scene.DrillAsync();

        Assert.True(result.Verdict == DrillVerdict.Passed, DrillScene.Describe(result));
        Assert.Equal(backup.Name, result.Backup);
        Assert.DoesNotContain(result.Steps, step => step.Outcome is not DrillStepOutcome.Passed);
        Assert.Empty(scene.Left);
    }
}
