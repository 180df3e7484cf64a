using Mina.Backup.Engine.Catalog;

namespace Mina.Backup.Engine.Restore;

/// <summary>One COPY run of a backup: its members, in file order.</summary>
/// <param name="Number">Number of the run in the file.</param>
/// <param name="Table">Id of its table.</param>
/// <param name="Members">Members that hold its header, rows and end mark.</param>
internal sealed record LoadRun(int Number, int Table, IReadOnlyList<IndexMember> Members)
{
    /// <summary>Bytes of plain text.</summary>
    public long PlainLength => Members.Sum(member => (long)member.PlainLength);

    /// <summary>All runs of a backup, in file order.</summary>
    public static IReadOnlyList<LoadRun> All(BackupIndex index) =>
        [.. index.Members
            .Where(member => member.Run is not null)
            .GroupBy(member => member.Run!.Value)
            .Select(group => new LoadRun(group.Key, group.First().Table!.Value, [.. group.OrderBy(member => member.Offset)]))
            .OrderBy(run => run.Number)];
}
