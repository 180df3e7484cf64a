using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>Does the steps of one drill, times them and writes down how each ended. What a step throws is its outcome; only a cancellation gets through.</summary>
internal sealed class DrillJournal
{
    private const int MostDifferences = 100;

    private readonly RunContext context;
    private readonly string activity;
    private readonly List<DrillStep> steps = [];

    /// <summary>Opens a journal.</summary>
    /// <param name="context">The run.</param>
    /// <param name="activity">What the whole drill does, for its progress.</param>
    public DrillJournal(RunContext context, string activity)
    {
        this.context = context;
        this.activity = activity;
        StartedAt = context.Now;
        Started = context.Clock.GetTimestamp();
    }

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<DrillStep> Steps => steps;

    /// <summary>When the drill began, UTC.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Time since then.</summary>
    public TimeSpan Elapsed => context.Clock.GetElapsedTime(Started);

    /// <summary>Whether the server that is looked at still answers; null while there is none.</summary>
    public Func<Task<bool>>? ServerAnswers { get; set; }

    /// <summary>Whether a step was broken off by the server's end: no later step can say anything then.</summary>
    public bool ServerLost { get; private set; }

    private long Started { get; }

    /// <summary>Does a step.</summary>
    public async Task<DrillStep> RunAsync(DrillStepKind kind, Func<Task<StepFinding>> work, CancellationToken cancellationToken, string? name = null)
    {
        context.Observer.Progress(new RunProgress { Activity = activity, Stage = name is null ? kind.ToString() : $"{kind} {name}" });
        var started = context.Clock.GetTimestamp();
        StepFinding finding;
        try
        {
            finding = await work();
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            finding = await JudgeAsync(kind, failure);
        }

        var step = new DrillStep
        {
            Step = kind,
            Name = name,
            Outcome = finding.Outcome,
            Duration = context.Clock.GetElapsedTime(started),
            Detail = finding.Detail,
            Differences = [.. finding.Differences.Take(MostDifferences)],
            ErrorId = finding.ErrorId,
        };
        steps.Add(step);
        context.Verbose($"{kind}{(name is null ? "" : $" {name}")}: {step.Outcome}. {step.Detail}");
        foreach (var difference in step.Differences)
        {
            context.Verbose(difference);
        }

        return step;
    }

    private async Task<StepFinding> JudgeAsync(DrillStepKind kind, Exception failure)
    {
        var known = PostgresErrors.Translate(failure, $"doing the step {kind}", kind.ToString());
        context.Debug(failure.ToString());
        // A server that went away shows in many ways, of which some look like a damaged backup.
        if (ServerAnswers is { } answers && !await answers())
        {
            ServerLost = true;
            return StepFinding.Inconclusive($"The staging server no longer answers: {known.Message}") with { ErrorId = ErrorCatalog.ServerConnectionLost.Id };
        }

        ServerLost = known.Definition == ErrorCatalog.ServerConnectionLost;
        return new StepFinding(DrillFailures.OutcomeOf(known), known.Message, [], known.ErrorId);
    }
}
