namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>How long the client waits for what.</summary>
internal sealed record NeonTimes
{
    /// <summary>Longest time that one request may take.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Wait before the first repetition; each further one is twice as long.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between repetitions, where Neon does not say itself how long to wait.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait that Neon may ask for with <c>Retry-After</c>; for more, the run fails at once and says so.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Repetitions while the project is locked, the service is closed or requests are too many: about two and a half minutes with the waits above.</summary>
    public int BusyRetries { get; init; } = 12;

    /// <summary>Repetitions of a request that got no answer.</summary>
    public int LostRetries { get; init; } = 3;

    /// <summary>Time before the first look at an operation.</summary>
    public TimeSpan FirstPoll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time between two looks.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time that operations may take.</summary>
    public TimeSpan Operations { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest time for removing what a failed or canceled creation left.</summary>
    public TimeSpan Cleanup { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Waits before the looks for something that may have been made.</summary>
    public IReadOnlyList<TimeSpan> Looks { get; init; } = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];
}
