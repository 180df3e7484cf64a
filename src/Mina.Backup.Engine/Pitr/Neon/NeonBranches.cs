namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>The branches of a project at one moment.</summary>
internal sealed class NeonBranches
{
    private readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> notes;

    /// <summary>Creates the list.</summary>
    /// <param name="all">The branches.</param>
    /// <param name="notes">Notes by branch id.</param>
    public NeonBranches(IReadOnlyList<NeonBranch> all, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> notes)
    {
        All = all;
        this.notes = notes;
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<NeonBranch> All { get; }

    /// <summary>The project's default branch.</summary>
    public NeonBranch? Default => All.FirstOrDefault(branch => branch.Default);

    /// <summary>The branch of an id or a name; null when there is none.</summary>
    public NeonBranch? Find(string text) => All.FirstOrDefault(branch => branch.Id == text) ?? All.FirstOrDefault(branch => branch.Name == text);

    /// <summary>The branch that one was made from; null for a root.</summary>
    public NeonBranch? ParentOf(NeonBranch branch) => All.FirstOrDefault(candidate => candidate.Id == branch.ParentId);

    /// <summary>Branches made from one.</summary>
    public IReadOnlyList<NeonBranch> ChildrenOf(NeonBranch branch) => [.. All.Where(candidate => candidate.ParentId == branch.Id)];

    /// <summary>What this module noted about a branch when it made it; null when it did not make it.</summary>
    public NeonMark? MarkOf(NeonBranch branch) => notes.TryGetValue(branch.Id, out var values) ? NeonMark.Read(values) : null;
}
