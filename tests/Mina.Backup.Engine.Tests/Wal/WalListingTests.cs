using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Wal;

public sealed class WalListingTests
{
    private static readonly WalGeometry Geometry = new(16 << 20);

    [Fact]
    public void A_gap_names_its_first_missing_segment()
    {
        var timeline = Listing(Segments(1, 3, 4, 7, 8, 9, 11)).Timeline(1)!;

        Assert.Equal([(3, 4), (7, 9), (11, 11)], timeline.Ranges.Select(range => ((int)range.First.Low, (int)range.Last.Low)));
        Assert.Equal(["000000010000000000000005", "00000001000000000000000A"], timeline.Gaps.Select(gap => gap.FirstMissing.ToString()));
        Assert.Equal([2L, 1L], timeline.Gaps.Select(gap => gap.Segments));
        Assert.Equal((Lsn.Parse("0/3000000"), Lsn.Parse("0/5000000")), (timeline.Ranges[0].Start, timeline.Ranges[0].End));
    }

    [Fact]
    public void The_archives_copy_goes_before_the_spools_and_a_partial_one_counts_only_alone()
    {
        var segment = new WalSegmentName(1, 0, 3);
        var listing = new WalListing(
            Geometry,
            [
                File(WalFileName.OfSegment(segment), WalFileSource.Spool),
                File(WalFileName.OfPartial(segment), WalFileSource.Spool),
                File(WalFileName.OfSegment(segment), WalFileSource.Archive),
                File(WalFileName.OfPartial(new WalSegmentName(1, 0, 4)), WalFileSource.Archive),
                File(WalFileName.OfPartial(new WalSegmentName(1, 0, 4)), WalFileSource.Spool),
            ]);

        Assert.Equal(WalFileSource.Archive, listing.Find(WalFileName.OfSegment(segment))!.Source);
        Assert.Null(listing.Find(WalFileName.OfPartial(segment)));
        Assert.Equal(WalFileSource.Spool, listing.Find(WalFileName.OfPartial(new WalSegmentName(1, 0, 4)))!.Source);
    }

    [Fact]
    public void A_route_changes_the_timeline_where_the_history_says()
    {
        var history = TimelineHistory.Parse(3, "1\t0/5000148\tno recovery target specified\n\n2\t0/7000000\tno recovery target specified\n");
        var listing = Listing(Segments(1, 3, 4, 5, 6), Segments(2, 5, 6, 7), Segments(3, 7, 8));

        var route = listing.Route(history, Lsn.Parse("0/3000028"), Lsn.Parse("0/8000100"));

        Assert.False(route.Broken);
        Assert.Equal(
            ["000000010000000000000003", "000000010000000000000004", "000000020000000000000005", "000000020000000000000006", "000000030000000000000007", "000000030000000000000008"],
            route.Files.Select(file => file.Name.Text));
    }

    [Fact]
    public void A_route_over_a_gap_ends_before_it_and_names_it()
    {
        var route = Listing(Segments(1, 3, 4, 6)).Route(TimelineHistory.Root(1), Lsn.Parse("0/3000028"), Lsn.Parse("0/6000100"));

        Assert.True(route.Broken);
        Assert.Equal(("000000010000000000000005", Lsn.Parse("0/5000000")), (route.Next.ToString(), route.End));
    }

    [Fact]
    public void A_route_without_a_goal_ends_with_the_partial_segment()
    {
        var listing = Listing(Segments(1, 3, 4), [File(WalFileName.OfPartial(new WalSegmentName(1, 0, 5)), WalFileSource.Archive)], Segments(1, 6));

        var route = listing.Route(TimelineHistory.Root(1), Lsn.Parse("0/3000028"), null);

        Assert.Equal(["000000010000000000000003", "000000010000000000000004", "000000010000000000000005.partial"], route.Files.Select(file => file.Name.Text));
        Assert.False(route.Broken);
    }

    [Fact]
    public void A_place_on_the_first_byte_of_a_segment_is_reached_without_it()
    {
        var route = Listing(Segments(1, 3, 4)).Route(TimelineHistory.Root(1), Lsn.Parse("0/3000028"), Lsn.Parse("0/5000000"));

        Assert.False(route.Broken);
        Assert.Equal(2, route.Files.Count);
    }

    [Fact]
    public void A_history_that_is_not_as_the_server_writes_it_is_refused()
    {
        Assert.Throws<FormatException>(() => TimelineHistory.Parse(2, "1 somewhere because\n"));
        Assert.Throws<FormatException>(() => TimelineHistory.Parse(2, "2\t0/3000000\tself\n"));
        Assert.Throws<FormatException>(() => TimelineHistory.Parse(4, "3\t0/3000000\ta\n2\t0/4000000\tb\n"));
    }

    private static WalListing Listing(params IEnumerable<WalFile>[] files) => new(Geometry, files.SelectMany(file => file));

    private static IEnumerable<WalFile> Segments(uint timeline, params uint[] numbers) =>
        numbers.Select(number => File(WalFileName.OfSegment(new WalSegmentName(timeline, 0, number)), WalFileSource.Archive));

    private static WalFile File(WalFileName name, WalFileSource source) => new(name, source, name.Text, 1000, DateTimeOffset.UnixEpoch, false);
}
