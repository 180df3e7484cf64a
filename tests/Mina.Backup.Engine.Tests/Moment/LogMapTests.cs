using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.Transactions;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Moment;

public sealed class LogMapTests
{
    private static readonly WalGeometry Geometry = new(16 << 20);

    [Theory]
    [InlineData("1:1 1:2 1:3", "1:1 1:2 1:3")]
    [InlineData("1:1 1:2 1:5 1:6", "1:1 1:2 | 1:5 1:6")]
    [InlineData("1:1 1:2p 1:2", "1:1 1:2")]
    [InlineData("1:1 1:2p", "1:1 1:2p")]
    [InlineData("1:1 1:2p 1:3", "1:1 1:2p | 1:3")]
    public void Segments_without_a_gap_are_one_run(string segments, string expected) => Assert.Equal(expected, Runs(TimelineHistory.Root(1), segments));

    [Theory]
    // Timeline 2 left 1 within segment 3: its own copy of that segment begins as the old one did.
    [InlineData("1:1 1:2 1:3p 2:3 2:4", "1:1 1:2 2:3 2:4")]
    [InlineData("1:1 1:2 1:3 1:4 2:3 2:4", "1:1 1:2 2:3 2:4")]
    [InlineData("1:1 1:2 1:3p", "1:1 1:2 1:3p")]
    [InlineData("1:1 2:3 2:4", "1:1 | 2:3 2:4")]
    public void The_way_leads_along_the_timeline_that_is_followed(string segments, string expected) =>
        Assert.Equal(expected, Runs(new TimelineHistory(2, [new TimelineAncestor(1, new Lsn((3ul << 24) + 5000), "")]), segments));

    private static string Runs(TimelineHistory history, string segments)
    {
        var map = new LogMap(Geometry, history);
        foreach (var text in segments.Split(' '))
        {
            var parts = text.TrimEnd('p').Split(':');
            var name = Geometry.NameOf(uint.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), ulong.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
            map.Add(new LogSegment(Geometry.NumberOf(name), name, new NoOrigin(), text.EndsWith('p')));
        }

        return string.Join(" | ", map.Runs().Select(run =>
        {
            Assert.Equal(history.Timeline, run.Timeline);
            return string.Join(' ', run.Segments.Select(segment => FormattableString.Invariant($"{segment.Name.Timeline}:{segment.Number}{(segment.MayEnd ? "p" : "")}")));
        }));
    }

    private sealed class NoOrigin : ISegmentOrigin
    {
        public Task FetchAsync(LogSegment segment, string path, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
