using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>Tells the history of a Neon project's default branch as an archive: which points can be reached.</summary>
internal sealed class NeonStatusOperation(NeonAccess access, NeonTimes times, RunContext context)
{
    /// <summary>Looks.</summary>
    /// <exception cref="MinaException">The project cannot be looked at.</exception>
    public async Task<WalArchiveInfo> RunAsync(CancellationToken cancellationToken)
    {
        var client = new NeonClient(access, times, context);
        var project = await client.GetProjectAsync(cancellationToken);
        var branches = await client.ListBranchesAsync(null, cancellationToken);
        var history = branches.Default is { } branch ? NeonHistory.Of(project, branch, context.Now) : null;
        return new WalArchiveInfo
        {
            ArchivePath = $"neon://{project.Id}",
            Provider = PitrProvider.Neon,
            At = context.Now,
            Problems = Problems(project, history),
            Files = 0,
            Size = 0,
            SpooledFiles = 0,
            SpooledSize = 0,
            Timelines = [],
            Gaps = [],
            // Neon stores what a compute commits before it answers, so the history reaches up to now.
            Window = history is null
                ? null
                : new WalWindow { Timeline = 1, From = null, FromTime = history.From, To = null, ToTime = context.Now, BaseBackup = null, NextSegment = null },
        };
    }

    private static IReadOnlyList<WalArchiveProblem> Problems(NeonProject project, NeonHistory? history)
    {
        if (history is null)
        {
            return [new WalArchiveProblem { State = WalArchiveState.Limited, Message = "The project has no default branch.", RecommendedAction = "Set one in Neon's console." }];
        }

        return history.Retention > TimeSpan.Zero
            ? []
            : [new WalArchiveProblem { State = WalArchiveState.Limited, Message = $"The project {project.Name} keeps no history.", RecommendedAction = "Set its history retention in Neon's console." }];
    }
}
