using System.Text;
using Mina.Backup.Engine.Wal.Transactions;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Moment;

public sealed class WaldumpParserTests
{
    private const string Prefix = "rmgr: ";

    [Theory]
    [InlineData("INSERT off 3 flags 0x00, blkref #0: rel 1663/5/16392 blk 0", "1663/5/16392 1 0 0")]
    [InlineData("INSERT+INIT off: 1, flags: 0x00, blkref #0: rel 1663/5/16392 blk 0 FPW", "1663/5/16392 1 0 0")]
    [InlineData("UPDATE off 5 xmax 727 flags 0x00 ; new off 75 xmax 0, blkref #0: rel 1663/5/16384 blk 1, blkref #1: rel 1663/5/16384 blk 0", "1663/5/16384 0 1 0")]
    [InlineData("HOT_UPDATE old_xmax: 727, old_off: 5, old_infobits: [], flags: 0x10, new_xmax: 0, new_off: 7, blkref #0: rel 1663/5/16384 blk 1", "1663/5/16384 0 1 0")]
    [InlineData("DELETE off 1 flags 0x00 KEYS_UPDATED , blkref #0: rel 16500/5/20001 blk 0", "16500/5/20001 0 0 1")]
    [InlineData("DELETE xmax: 743, off: 1, infobits: [KEYS_UPDATED], flags: 0x00, blkref #0: rel 1663/5/16384 blk 0", "1663/5/16384 0 0 1")]
    [InlineData("DELETE off 1 flags 0x10 KEYS_UPDATED , blkref #0: rel 1663/5/16384 blk 0", "1663/5/16384 0 1 0")]
    [InlineData("DELETE off 1 flags 0x08 KEYS_UPDATED , blkref #0: rel 1663/5/16384 blk 0", "1663/5/16384 -1 0 0")]
    [InlineData("MULTI_INSERT+INIT 226 tuples flags 0x02, blkref #0: rel 1663/5/16384 blk 0", "1663/5/16384 226 0 0")]
    [InlineData("MULTI_INSERT ntuples: 7, flags: 0x02, offsets: [1, 2], blkref #0: rel 1663/5/16384 blk 0", "1663/5/16384 7 0 0")]
    [InlineData("LOCK off 5: xid 727: flags 0x00 LOCK_ONLY EXCL_LOCK , blkref #0: rel 1663/5/16384 blk 0", null)]
    [InlineData("INSERT off 48 flags 0x00, blkref #0: rel 1663/5/2610 blk 3", null)]
    public void Records_of_heaps_count_rows_of_user_tables(string description, string? expected)
    {
        var stretch = new LogStretch(0, 1, 0, 15);
        Assert.True(Take(stretch, "Heap", 726, "0/01539D98", description));

        var found = stretch.Open.Values.SingleOrDefault()?.Tallies.ToArray() ?? [];
        Assert.Equal(expected, found.Select(tally => FormattableString.Invariant($"{tally.File} {tally.Inserted} {tally.Updated} {tally.Deleted}")).SingleOrDefault());
    }

    [Fact]
    public void A_commit_tells_time_place_subtransactions_and_what_goes()
    {
        var stretch = new LogStretch(0, 1, 0, 15);
        Take(stretch, "Heap", 727, "0/01539950", "DELETE off 1 flags 0x00 , blkref #0: rel 1663/5/16384 blk 0");
        Take(stretch, "Transaction", 726, "16/B374D848",
            "COMMIT 2026-11-24 15:16:30.020471 UTC; rels: base/5/16392 pg_tblspc/16500/PG_15_202209061/5/16393 base/5/t3_16394; subxacts: 727 729; dropped stats: 2/5/16414 1/0/0; inval msgs: catcache 55");

        var (end, work) = Assert.Single(stretch.Ends);
        Assert.Equal((726u, TransactionOutcome.Committed, 0x16B374D848ul, 54u), (end.Xid, end.Outcome, end.Start, end.Length));
        Assert.Equal(new DateTime(2026, 11, 24, 15, 16, 30, 20, 471, DateTimeKind.Utc).Ticks, end.Time);
        Assert.Equal([727u, 729u], end.Subtransactions.ToArray());
        Assert.Equal([new RelationFile(1663, 5, 16392), new RelationFile(16500, 5, 16393)], end.Details!.DroppedFiles);
        Assert.Equal([new DroppedRelation(5, 16414)], end.Details.DroppedRelations);
        Assert.Equal(1, Assert.Single(work!.Tallies).Deleted);
        Assert.Empty(stretch.Open);
    }

    [Fact]
    public void A_prepared_commit_counts_for_the_transaction_that_was_prepared_and_an_abort_for_nobody()
    {
        var stretch = new LogStretch(0, 1, 0, 15);
        foreach (var xid in (uint[])[730, 731, 732, 740])
        {
            Take(stretch, "Heap", xid, "0/01539950", "INSERT off 1 flags 0x00, blkref #0: rel 1663/5/16384 blk 0");
        }

        Take(stretch, "Transaction", 730, "0/0153E278", "PREPARE gid gg one: x: 2026-11-24 15:16:30.021841 UTC");
        Take(stretch, "Transaction", 0, "0/0153E418", "COMMIT_PREPARED 730: 2026-11-24 15:16:30.021934 UTC");
        Take(stretch, "Transaction", 0, "0/0153E768", "ABORT_PREPARED 731: 2026-11-24 15:16:30.022251 UTC; subxacts: 732");
        Take(stretch, "Transaction", 740, "0/0153E868", "ABORT 2026-11-24 15:16:30.022251 UTC");

        Assert.Equal(
            [(730u, TransactionOutcome.CommittedPrepared, true), (731u, TransactionOutcome.Aborted, false), (740u, TransactionOutcome.Aborted, false)],
            stretch.Ends.Select(item => (item.End.Xid, item.End.Outcome, item.Work is not null)));
        Assert.Empty(stretch.Open);
    }

    [Fact]
    public void A_record_behind_the_stretch_ends_it_and_remarks_are_no_records()
    {
        var stretch = new LogStretch(0, 1, 0, 15);
        var parser = new WaldumpParser(stretch, 0x1000000);

        Assert.True(parser.Take("first record is after 0/12000000, at 0/12000028, skipping over 40 bytes"u8));
        Assert.True(parser.Take(Line("Heap", 1, "0/00FFFFF8", "INSERT off 1 flags 0x00, blkref #0: rel 1663/5/16384 blk 0")));
        Assert.False(parser.Take(Line("Heap", 1, "0/01000000", "INSERT off 1 flags 0x00, blkref #0: rel 1663/5/16384 blk 0")));
        Assert.Equal(1, Assert.Single(stretch.Open[1].Tallies.ToArray()).Inserted);
    }

    [Fact]
    public void A_line_that_is_not_understood_is_an_error()
    {
        var parser = new WaldumpParser(new LogStretch(0, 1, 0, 15), ulong.MaxValue);

        Assert.Throws<FormatException>(() => parser.Take(Line("Heap", 1, "0/01000000", "INSERT off 1 of another kind")));
        Assert.Throws<FormatException>(() => parser.Take(Line("Transaction", 1, "0/01000000", "COMMIT at noon, by the clock of the tower")));
    }

    [Fact]
    public void A_transaction_of_several_stretches_is_put_together()
    {
        var first = new LogStretch(0, 1, 0, 15);
        Take(first, "Heap", 10, "0/01000000", "DELETE off 1 flags 0x00 , blkref #0: rel 1663/5/16384 blk 0");
        Take(first, "Heap", 11, "0/01000010", "DELETE off 2 flags 0x00 , blkref #0: rel 1663/5/16384 blk 0");
        Take(first, "Heap", 12, "0/01000020", "DELETE off 3 flags 0x00 , blkref #0: rel 1663/5/16384 blk 0");
        var second = new LogStretch(1, 2, 0, 15);
        Take(second, "Heap", 11, "0/02000000", "DELETE off 4 flags 0x00 , blkref #0: rel 1663/5/16384 blk 0");
        Take(second, "Transaction", 12, "0/02000010", "ABORT 2026-11-24 15:16:30.022251 UTC");
        var third = new LogStretch(2, 3, 0, 15);
        Take(third, "Transaction", 10, "0/03000010", "COMMIT 2026-11-24 15:16:30.022251 UTC; subxacts: 11 12");

        var merger = new StretchMerger();
        Assert.Empty(merger.Append(first));
        Assert.Empty(merger.Append(second));
        var whole = Assert.Single(merger.Append(third));
        Assert.Equal(3, Assert.Single(whole.Work!.Tallies).Deleted);
    }

    [Theory]
    [InlineData(0x1000028, 34, "0/1000050")]
    [InlineData(0x1001FE0, 32, "0/1002000")]
    [InlineData(0x1001FE0, 34, "0/1002020")]
    [InlineData(0x1FFFFE0, 34, "0/2000030")]
    [InlineData(0x1001FE0, 8300, "0/1004080")]
    public void A_record_ends_where_PostgreSQL_says(long start, uint length, string expected) =>
        Assert.Equal(Lsn.Parse(expected), RecordEnd.Of((ulong)start, length, 16 << 20));

    [Theory]
    [InlineData("pg_waldump: error: could not find file \"000000010000000000000002\": No such file or directory", null)]
    [InlineData("pg_waldump: error: error in WAL record at 0/1566F48: invalid record length at 0/1566F60: wanted 24, got 0", "0/1566F60")]
    public void What_pg_waldump_says_when_it_stops_is_understood(string text, string? at) => Assert.Equal(at, WaldumpStop.Read(text).At?.ToString());

    private static bool Take(LogStretch stretch, string manager, uint xid, string lsn, string description) =>
        new WaldumpParser(stretch, ulong.MaxValue).Take(Line(manager, xid, lsn, description));

    private static byte[] Line(string manager, uint xid, string lsn, string description) =>
        Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Prefix}{manager,-11} len (rec/tot): {54,6}/{54,6}, tx: {xid,10}, lsn: {lsn}, prev 0/01539880, desc: {description}"));
}
