using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Benchmarks.Site;

namespace Mina.Backup.Benchmarks.Groups;

/// <summary>Contestants that are measured against each other.</summary>
internal interface IBenchmarkGroup
{
    /// <summary>Name on the command line and in the report.</summary>
    string Name { get; }

    /// <summary>Makes the group's contestants ready and lets them take turns.</summary>
    Task<GroupResult> RunAsync(GroupContext context, CancellationToken cancellationToken);
}

/// <summary>What a group works with.</summary>
/// <param name="Site">Server, folders, variables.</param>
/// <param name="Mina">The module.</param>
/// <param name="Megabytes">Size of the database.</param>
/// <param name="Rounds">How often each contestant runs.</param>
internal sealed record GroupContext(BenchmarkSite Site, MinaShell Mina, int Megabytes, int Rounds);

/// <summary>What a group measured.</summary>
/// <param name="Name">The group.</param>
/// <param name="Results">Its contestants, in order.</param>
/// <param name="Notes">What could not be measured and why, and what else a reader should know.</param>
internal sealed record GroupResult(string Name, IReadOnlyList<Result> Results, IReadOnlyList<string> Notes);
