using System.Diagnostics;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>Waits for what another process or thread brings about. A test that waits too long fails with the words for what did not come.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until something holds.</summary>
    /// <param name="condition">Asked again and again.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="pause">Between two questions; 20 ms if null.</param>
    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? pause = null) =>
        TrueAsync(() => Task.FromResult(condition()), () => what, pause);

    /// <inheritdoc cref="TrueAsync(Func{bool}, string, TimeSpan?)"/>
    public static Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? pause = null) => TrueAsync(condition, () => what, pause);

    /// <inheritdoc cref="TrueAsync(Func{bool}, string, TimeSpan?)"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? pause = null)
    {
        for (var start = Stopwatch.GetTimestamp(); !await condition();)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Longest, $"Waited {Longest.TotalSeconds} s in vain for {what()}.");
            await Task.Delay(pause ?? Pause, TestContext.Current.CancellationToken);
        }
    }
}
