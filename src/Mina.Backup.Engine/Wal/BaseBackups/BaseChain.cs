using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>A base backup with everything that it builds on.</summary>
/// <param name="Links">The full one first, the base backup itself last; from the first one that is known on where the chain is broken.</param>
/// <param name="BrokenAt">Name of the link that is missing, damaged or another one than it was; null where nothing is wrong.</param>
/// <param name="Problem">What is wrong with that link.</param>
internal sealed record BaseChain(IReadOnlyList<BaseBackupManifest> Links, string? BrokenAt = null, string? Problem = null)
{
    /// <summary>The names of all links that are known.</summary>
    public IReadOnlyList<string> Names => [.. Links.Select(link => link.Name)];

    /// <summary>The links of a chain that is whole.</summary>
    /// <exception cref="CatalogException"><c>BaseChainBroken</c>.</exception>
    public IReadOnlyList<BaseBackupManifest> Require() => Describe() is not { } description
        ? Links
        : throw new CatalogException(ErrorCatalog.BaseChainBroken, description, new ErrorContext { Target = BrokenAt });

    /// <summary>What is wrong with the chain, in a sentence; null where nothing is.</summary>
    public string? Describe() => BrokenAt is null ? null : $"The base backup {Links[^1].Name} builds on {BrokenAt}: {Problem}";
}

/// <summary>Follows base backups back to the full ones that they build on.</summary>
/// <param name="manifests">All manifests that can be read, by name.</param>
/// <param name="findProblem">Says why a base backup cannot be built on; null where nothing speaks against it.</param>
internal sealed class BaseChains(IReadOnlyDictionary<string, BaseBackupManifest> manifests, Func<BaseBackupManifest, string?> findProblem)
{
    /// <summary>The chain of a base backup. Whether that one itself is sound is not looked at.</summary>
    public BaseChain Of(BaseBackupManifest last)
    {
        var links = new List<BaseBackupManifest> { last };
        while (links[0].Parent is { } parent)
        {
            // Each link begins before the one that builds on it, so there can be no circle.
            if (!manifests.TryGetValue(parent.Name, out var found))
            {
                return new BaseChain(links, parent.Name, "it is not there, or its manifest cannot be read.");
            }

            if ((FindMismatch(found, links[0], parent) ?? findProblem(found)) is not { } problem)
            {
                links.Insert(0, found);
                continue;
            }

            return new BaseChain(links, parent.Name, problem);
        }

        return new BaseChain(links);
    }

    private static string? FindMismatch(BaseBackupManifest parent, BaseBackupManifest child, BaseBackupParent expected) => parent switch
    {
        _ when parent.SystemIdentifier != child.SystemIdentifier => "it is of another cluster.",
        _ when parent.StartLsn != expected.StartLsn => $"it begins at {parent.StartLsn}, and the one built on began at {expected.StartLsn}.",
        _ => null,
    };
}
