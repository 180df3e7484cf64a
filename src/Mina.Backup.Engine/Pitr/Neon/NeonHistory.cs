using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>The points of a branch that a new one can be made from: as far back as the project keeps history, and no further than the branch itself.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="From">The earliest point.</param>
/// <param name="Retention">How long the project keeps history.</param>
internal sealed record NeonHistory(NeonBranch Branch, DateTimeOffset From, TimeSpan Retention)
{
    /// <summary>The history of a branch at a time.</summary>
    public static NeonHistory Of(NeonProject project, NeonBranch branch, DateTimeOffset now)
    {
        var retention = TimeSpan.FromSeconds(project.HistoryRetentionSeconds);
        var kept = now - retention;
        return new NeonHistory(branch, kept > branch.CreatedAt ? kept : branch.CreatedAt, retention);
    }

    /// <summary>Refuses a time before it. A place in the log tells no time: Neon itself judges those.</summary>
    /// <exception cref="CatalogException"><c>PointOutsideHistory</c>.</exception>
    public void Check(PitrTarget target)
    {
        if (target.Time < From)
        {
            var why = From == Branch.CreatedAt ? "the branch was made then" : FormattableString.Invariant($"the project keeps {Retention.TotalDays:0.##} days");
            throw new CatalogException(
                ErrorCatalog.PointOutsideHistory,
                $"The point {target} lies before the history of branch {Branch.Name}. The earliest point is {PointCheck.Text(From)}: {why}.",
                new ErrorContext { Target = target.ToString() });
        }
    }
}
