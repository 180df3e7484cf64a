using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>Tells a branch of the API as a branch of this product.</summary>
internal static class NeonDescription
{
    private const string ReadOnlyEndpoint = "read_only";

    /// <summary>Describes a branch, without its connection.</summary>
    /// <param name="client">Its project.</param>
    /// <param name="branch">The branch.</param>
    /// <param name="branches">The branches around it.</param>
    /// <param name="endpoint">The endpoint by which it is reached; null without compute.</param>
    public static PitrBranch Of(NeonClient client, NeonBranch branch, NeonBranches branches, NeonEndpoint? endpoint)
    {
        var mark = branches.MarkOf(branch);
        var lsn = Lsn.TryParse(branch.ParentLsn, out var place) ? place : (Lsn?)null;
        return new PitrBranch
        {
            Name = branch.Name,
            Provider = PitrProvider.Neon,
            Id = branch.Id,
            Project = client.Project,
            Parent = branches.ParentOf(branch)?.Name,
            IsDefault = branch.Default,
            IsProtected = branch.Protected,
            IsOwn = mark is not null,
            State = StateOf(branch, endpoint),
            Target = TargetOf(branch, mark, lsn),
            Reached = lsn is { } reached ? new PitrPoint { Lsn = reached, Time = branch.ParentTimestamp, Timeline = 1 } : null,
            ReadOnly = endpoint is not null && OnlyReads(endpoint),
            Host = endpoint?.Host,
            Database = mark?.Database,
            Username = mark?.Role,
            DataSize = branch.LogicalSize,
            CreatedAt = branch.CreatedAt,
            ExpiresAt = branch.ExpiresAt,
        };
    }

    /// <summary>The same with its connection.</summary>
    public static PitrBranch With(PitrBranch branch, NeonConnection connection) => branch with
    {
        ConnectionUri = connection.Direct.ToUri(),
        PooledConnectionUri = connection.Pooled?.ToUri(),
        Host = connection.Direct.Host,
        Port = connection.Direct.Port,
        Database = connection.Direct.Database,
        Username = connection.Direct.Username,
    };

    /// <summary>The endpoint by which a branch is reached: the one that writes, else one that reads.</summary>
    public static NeonEndpoint? EndpointOf(NeonBranch branch, IEnumerable<NeonEndpoint> endpoints) => endpoints
        .Where(endpoint => endpoint.BranchId == branch.Id)
        .OrderBy(OnlyReads)
        .FirstOrDefault();

    /// <summary>Whether nobody can write through an endpoint.</summary>
    public static bool OnlyReads(NeonEndpoint endpoint) => endpoint.Type == ReadOnlyEndpoint;

    private static PitrBranchState StateOf(NeonBranch branch, NeonEndpoint? endpoint) => branch.CurrentState switch
    {
        "init" => PitrBranchState.Creating,
        "resetting" => PitrBranchState.Resetting,
        "archived" => PitrBranchState.Archived,
        "ready" => endpoint is null ? PitrBranchState.Stopped : PitrBranchState.Ready,
        _ => PitrBranchState.Unknown,
    };

    // Of branches that others made, and of those made at the end of their parent, the place where they begin is all there is to tell.
    private static PitrTarget TargetOf(NeonBranch branch, NeonMark? mark, Lsn? lsn) => (mark?.Kind, branch.ParentTimestamp, lsn) switch
    {
        (PitrTargetKind.Time or null, { } time, _) => new PitrTarget { Kind = PitrTargetKind.Time, Time = time },
        (PitrTargetKind.Lsn or null, _, { } place) => new PitrTarget { Kind = PitrTargetKind.Lsn, Lsn = place },
        _ => new PitrTarget { Kind = PitrTargetKind.Latest },
    };
}
