using Mina.Backup.Engine.Restore;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class IdleGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_waits_gets_a_lane_only_when_one_is_idle()
    {
        var gate = new IdleGate(2);
        var first = gate.Occupy();
        using var background = await gate.WaitAsync(Cancel);
        var waiting = gate.WaitAsync(Cancel);
        Assert.False(waiting.IsCompleted);

        // What matters waits for nobody, even where nothing is idle.
        var second = gate.Occupy();
        first.Dispose();
        first.Dispose();
        Assert.False(waiting.IsCompleted);

        second.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        var gate = new IdleGate(1);
        using var lane = gate.Occupy();
        using var stop = new CancellationTokenSource();
        var waiting = gate.WaitAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
