using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>A timeline and those that it descends from: the content of its history file.</summary>
/// <param name="Timeline">The timeline.</param>
/// <param name="Ancestors">Its ancestors, oldest first; empty for the first timeline.</param>
public sealed record TimelineHistory(uint Timeline, IReadOnlyList<TimelineAncestor> Ancestors)
{
    /// <summary>The history of a timeline that descends from none, such as 1.</summary>
    public static TimelineHistory Root(uint timeline) => new(timeline, []);

    /// <summary>Where the timeline begins: the place where it left its parent; <c>0/0</c> for the first one.</summary>
    public Lsn Start => Ancestors.Count == 0 ? Lsn.Zero : Ancestors[^1].End;

    /// <summary>The timeline that it left; null for the first one.</summary>
    public uint? Parent => Ancestors.Count == 0 ? null : Ancestors[^1].Timeline;

    /// <summary>Reads a history file: lines of timeline, end and reason; comments and empty lines are skipped.</summary>
    /// <exception cref="FormatException">A line is something else, or the order is not rising.</exception>
    public static TimelineHistory Parse(uint timeline, string text)
    {
        List<TimelineAncestor> ancestors = [];
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var fields = line.Split((char[])[' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 2 || !uint.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ancestor) || !Lsn.TryParse(fields[1], out var end)
                || ancestor >= timeline || (ancestors.Count > 0 && ancestors[^1].Timeline >= ancestor))
            {
                throw new FormatException($"The history of timeline {timeline} has a line that is not as PostgreSQL writes it: {line}");
            }

            ancestors.Add(new TimelineAncestor(ancestor, end, fields.Length > 2 ? fields[2] : ""));
        }

        return new TimelineHistory(timeline, ancestors);
    }

    /// <summary>Whether a place of a timeline lies on the way to this one.</summary>
    public bool Contains(uint timeline, Lsn lsn) => timeline == Timeline
        ? lsn >= Start
        : Ancestors.Any(ancestor => ancestor.Timeline == timeline && lsn <= ancestor.End);

    /// <summary>
    /// Timelines whose segment of this number recovery accepts, the preferred first: the newest that had begun by the segment's end, then its
    /// ancestors, as PostgreSQL itself looks for them.
    /// </summary>
    public IEnumerable<uint> Candidates(ulong segment, WalGeometry geometry)
    {
        for (var i = Ancestors.Count; i >= 0; i--)
        {
            var begin = i == 0 ? Lsn.Zero : Ancestors[i - 1].End;
            var ended = i < Ancestors.Count && geometry.NumberAt(Ancestors[i].End) < segment;
            if (geometry.NumberAt(begin) <= segment && !ended)
            {
                yield return i == Ancestors.Count ? Timeline : Ancestors[i].Timeline;
            }
        }
    }
}

/// <summary>A timeline that another one descends from.</summary>
/// <param name="Timeline">The ancestor.</param>
/// <param name="End">Where its descendant left it.</param>
/// <param name="Reason">PostgreSQL's words for why.</param>
public sealed record TimelineAncestor(uint Timeline, Lsn End, string Reason);
