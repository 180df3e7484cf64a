using System.Text;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Wal;

public sealed class WalArchiveTests : IDisposable
{
    private static readonly WalSegmentName Third = new(1, 0, 3);
    private static readonly WalSegmentName Fourth = new(1, 0, 4);
    private readonly WalLab lab = new();

    private string Target => Path.Combine(lab.Root, "fetched");

    public void Dispose() => lab.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_published_segment_is_fetched_as_it_was_and_opens_with_standard_programs(bool encrypted)
    {
        await lab.PublishAsync(encrypted, Third);

        var file = await lab.Archive().FetchAsync(WalFileName.OfSegment(Third), Target, WalLab.Cancel);

        Assert.Equal((WalFileSource.Archive, encrypted), (file.Source, file.Encrypted));
        Assert.Equal(WalLab.Segment(Third), await File.ReadAllBytesAsync(Target, WalLab.Cancel));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Target) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var standard = Path.Combine(lab.Root, "standard");
        await Programs.ShellAsync(encrypted
            ? $"export GNUPGHOME={lab.Root}; printf '%s' '{WalLab.Passphrase}' | gpg --batch --pinentry-mode loopback --passphrase-fd 0 -d '{lab.Store.GetAddress(file.StoredName)}' 2>/dev/null | gunzip > {standard}; gpgconf --kill all"
            : $"gunzip < '{lab.Store.GetAddress(file.StoredName)}' > {standard}");
        Assert.Equal(await File.ReadAllBytesAsync(Target, WalLab.Cancel), await File.ReadAllBytesAsync(standard, WalLab.Cancel));
    }

    [Fact]
    public async Task The_archive_tells_its_cluster_without_a_key_and_with_one_when_its_description_is_lost()
    {
        await lab.PublishAsync(true, Third, Fourth);
        var expected = new WalArchiveDescriptor(1, WalLab.SystemIdentifier, WalLab.SegmentSize);

        Assert.Equal(expected, await lab.Archive(null).DescribeAsync(WalLab.Cancel));
        Assert.Equal(2, (await lab.Archive(null).ListAsync(WalLab.Cancel)).Timeline(1)!.Segments.Count);
        await lab.Store.DeleteAsync(WalArchiveDescriptor.ObjectName, WalLab.Cancel);
        Assert.Equal(expected, await lab.Archive().DescribeAsync(WalLab.Cancel));
        await Assert.ThrowsAsync<EncryptionException>(() => lab.Archive(null).DescribeAsync(WalLab.Cancel));
    }

    [Fact]
    public async Task An_identical_second_push_is_accepted_and_a_different_one_is_refused_and_kept()
    {
        await lab.PublishAsync(true, Third);
        var publisher = lab.Publisher();

        Assert.Equal(WalPublicationOutcome.AlreadyThere, (await publisher.PublishAsync(lab.PutSegment(Third), WalLab.Cancel)).Outcome);
        var other = lab.PutSegment(Third, seed: 2);
        var e = await Assert.ThrowsAsync<IntegrityException>(() => publisher.PublishAsync(other, WalLab.Cancel));

        Assert.Equal("WalFileDiffers", e.ErrorId);
        Assert.True(File.Exists(lab.Spool.PathOf(other.StoredName)));
        await lab.Archive().FetchAsync(WalFileName.OfSegment(Third), Target, WalLab.Cancel);
        Assert.Equal(WalLab.Segment(Third), await File.ReadAllBytesAsync(Target, WalLab.Cancel));
    }

    [Fact]
    public async Task What_is_not_the_segment_that_its_name_says_never_reaches_the_archive()
    {
        await lab.PublishAsync(true, Third);
        var publisher = lab.Publisher();
        (string Name, byte[] Content, string Error)[] wrong =
        [
            (Fourth.ToString(), WalLab.Segment(new WalSegmentName(1, 0, 5)), "WalFileInvalid"),
            (Fourth.ToString(), WalLab.Segment(Fourth)[..^4096], "WalFileInvalid"),
            (Fourth.ToString(), new byte[WalLab.SegmentSize], "WalFileInvalid"),
            (Fourth.ToString(), WalLab.Segment(Fourth, system: 42), "WalOfOtherCluster"),
            ("00000002.history", new byte[2 << 20], "WalFileInvalid"),
        ];
        foreach (var (name, content, error) in wrong)
        {
            var file = lab.Put(name, content);
            Assert.Equal(error, (await Assert.ThrowsAsync<IntegrityException>(() => publisher.PublishAsync(file, WalLab.Cancel))).ErrorId);
        }

        Assert.Equal([Third.ToString() + ".gz.gpg"], (await lab.Archive().ListStoredAsync(WalLab.Cancel)).Select(file => file.StoredName));
        Assert.Empty(Directory.GetFiles(lab.Store.Location, "*.partial"));
    }

    [Fact]
    public async Task A_link_in_the_spool_is_no_file_of_it()
    {
        var secret = Path.Combine(lab.Root, "secret");
        await File.WriteAllBytesAsync(secret, WalLab.Segment(Third), WalLab.Cancel);
        File.CreateSymbolicLink(lab.Spool.PathOf(Third.ToString()), secret);

        Assert.Empty(lab.Spool.List());
        Assert.Null(await lab.Archive().FindAsync(WalFileName.OfSegment(Third), WalLab.Cancel));
    }

    [Theory]
    [InlineData("truncated", typeof(IntegrityException), "BackupTruncated")]
    [InlineData("flipped", typeof(IntegrityException), "BackupCorrupt")]
    [InlineData("other key", typeof(EncryptionException), "PassphraseWrong")]
    [InlineData("no key", typeof(EncryptionException), "PassphraseMissing")]
    [InlineData("exchanged", typeof(IntegrityException), "WalFileInvalid")]
    [InlineData("missing", typeof(CatalogException), "WalFileNotFound")]
    public async Task A_segment_that_cannot_be_trusted_is_one_clear_error_and_leaves_nothing_behind(string fault, Type type, string error)
    {
        await lab.PublishAsync(true, Third, Fourth);
        var address = lab.Store.GetAddress(Third + ".gz.gpg");
        var bytes = await File.ReadAllBytesAsync(address, WalLab.Cancel);
        switch (fault)
        {
            case "truncated":
                await File.WriteAllBytesAsync(address, bytes[..(bytes.Length / 2)], WalLab.Cancel);
                break;
            case "flipped":
                bytes[bytes.Length / 2] ^= 4;
                await File.WriteAllBytesAsync(address, bytes, WalLab.Cancel);
                break;
            case "exchanged":
                File.Copy(lab.Store.GetAddress(Fourth + ".gz.gpg"), address, overwrite: true);
                break;
            case "missing":
                File.Delete(address);
                break;
        }

        var archive = lab.Archive(fault switch { "other key" => "another", "no key" => null, _ => WalLab.Passphrase });
        var e = (MinaException)await Assert.ThrowsAsync(type, () => archive.FetchAsync(WalFileName.OfSegment(Third), Target, WalLab.Cancel));

        Assert.Equal(error, e.ErrorId);
        Assert.Contains(Third.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Equal(["archive", "archive.spool"], Directory.GetFileSystemEntries(lab.Root).Select(path => Path.GetFileName(path)).Order());
    }

    [Fact]
    public async Task Reading_takes_the_archive_first_then_the_spool_then_a_partial_segment()
    {
        await lab.PublishAsync(true, Third);
        lab.PutSegment(Third, seed: 2);
        lab.PutSegment(Fourth);
        var fifth = new WalSegmentName(1, 0, 5);
        lab.Put(fifth + ".partial", WalLab.Segment(fifth));
        var archive = lab.Archive();

        Assert.Equal(WalFileSource.Archive, (await archive.FetchAsync(WalFileName.OfSegment(Third), Target, WalLab.Cancel)).Source);
        Assert.Equal(WalFileSource.Spool, (await archive.FetchAsync(WalFileName.OfSegment(Fourth), Target, WalLab.Cancel)).Source);
        Assert.Equal(WalFileKind.Partial, (await archive.FetchAsync(WalFileName.OfSegment(fifth), Target, WalLab.Cancel)).Name.Kind);
        Assert.Equal(WalLab.Segment(fifth), await File.ReadAllBytesAsync(Target, WalLab.Cancel));
    }

    [Fact]
    public async Task Many_segments_are_fetched_in_parallel_under_the_names_that_recovery_asks_for()
    {
        var names = Enumerable.Range(3, 6).Select(number => new WalSegmentName(1, 0, (uint)number)).ToArray();
        await lab.PublishAsync(true, names[..5]);
        lab.Put(names[5] + ".partial", WalLab.Segment(names[5]));
        var archive = lab.Archive();
        var route = (await archive.ListAsync(WalLab.Cancel)).Route(TimelineHistory.Root(1), WalLab.Geometry.StartOf(names[0]), null);
        var folder = Directory.CreateDirectory(Path.Combine(lab.Root, "pg_wal")).FullName;

        await archive.FetchAsync(route.Files, folder, 2, null, WalLab.Cancel);

        Assert.Equal(names.Select(name => name.ToString()), Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order());
        Assert.All(names, name => Assert.Equal(WalLab.Segment(name), File.ReadAllBytes(Path.Combine(folder, name.ToString()))));
    }

    [Fact]
    public async Task A_timelines_history_is_read_from_the_archive()
    {
        await lab.PublishAsync(true, Third);
        await lab.Publisher().PublishAsync(lab.Put("00000002.history", Encoding.ASCII.GetBytes("1\t0/3000148\tno recovery target specified\n")), WalLab.Cancel);

        var history = await lab.Archive().ReadHistoryAsync(2, WalLab.Cancel);

        Assert.Equal((1U, Lsn.Parse("0/3000148")), (history.Parent!.Value, history.Start));
        Assert.True(history.Contains(1, Lsn.Parse("0/3000000")));
        Assert.False(history.Contains(1, Lsn.Parse("0/4000000")));
        await Assert.ThrowsAsync<CatalogException>(() => lab.Archive().ReadHistoryAsync(3, WalLab.Cancel));
    }

    [Fact]
    public async Task A_partial_segment_gives_way_only_to_a_longer_one_with_the_same_beginning()
    {
        await lab.PublishAsync(true, Third);
        var whole = WalLab.Segment(Fourth);
        byte[] Part(int length) => [.. whole[..length], .. new byte[whole.Length - length]];
        var publisher = new WalPartialPublisher(lab.Store, lab.Spool, lab.Archive(), lab.Options());

        // Twice: as the run that wrote the copy before, and as a new one that must read it.
        foreach (var (length, again) in ((int, bool)[])[(50_000, false), (90_000, true)])
        {
            publisher = again ? new WalPartialPublisher(lab.Store, lab.Spool, lab.Archive(), lab.Options()) : publisher;
            var first = await publisher.PublishAsync(lab.Put(Fourth + ".partial", Part(length)), WalLab.Cancel);
            Assert.True(first!.Changed);
            Assert.Equal(WalLab.Geometry.StartOf(Fourth).Value + (ulong)length, first.End.Value);
            Assert.False((await publisher.PublishAsync(lab.Put(Fourth + ".partial", Part(length)), WalLab.Cancel))!.Changed);
            Assert.True((await publisher.PublishAsync(lab.Put(Fourth + ".partial", Part(length + 10_000)), WalLab.Cancel))!.Changed);
            await AssertRefusedAsync(publisher, Part(length));
            var other = Part(length + 20_000);
            other[length / 2]++;
            await AssertRefusedAsync(publisher, other);
            await AssertRefusedAsync(new WalPartialPublisher(lab.Store, lab.Spool, lab.Archive(), lab.Options()), other);
        }

        File.Delete(lab.Spool.PathOf(Fourth + ".partial"));
        await lab.Archive().FetchAsync(WalFileName.OfSegment(Fourth), Target, WalLab.Cancel);
        Assert.Equal(Part(100_000), await File.ReadAllBytesAsync(Target, WalLab.Cancel));
        await publisher.RemoveAsync(Fourth, WalLab.Cancel);
        Assert.Null(await lab.Archive().FindAsync(WalFileName.OfSegment(Fourth), WalLab.Cancel));
    }

    [Fact]
    public async Task A_later_run_takes_over_the_archives_salt_so_that_readers_derive_one_key()
    {
        await lab.PublishAsync(true, Third);
        var start = (await File.ReadAllBytesAsync(lab.Store.GetAddress(Third + ".gz.gpg"), WalLab.Cancel))[..64];
        var options = lab.Options();
        var publisher = new WalPublisher(lab.Store, lab.Spool, lab.Archive(), options with { Protection = options.Protection.WithSaltOf(start) });
        await publisher.PublishAsync(lab.PutSegment(Fourth), WalLab.Cancel);
        var second = (await File.ReadAllBytesAsync(lab.Store.GetAddress(Fourth + ".gz.gpg"), WalLab.Cancel))[..64];

        Assert.Equal(start[..15], second[..15]);
        Assert.NotEqual(start[20..40], second[20..40]);
        // A specifier that stretches less is not taken over.
        start[14] = 96;
        Assert.Same(options.Protection, options.Protection.WithSaltOf(start));
        await lab.Archive().FetchAsync(WalFileName.OfSegment(Fourth), Target, WalLab.Cancel);
    }

    private async Task AssertRefusedAsync(WalPartialPublisher publisher, byte[] content)
    {
        var file = lab.Put(Fourth + ".partial", content);
        Assert.Equal("WalFileDiffers", (await Assert.ThrowsAsync<IntegrityException>(() => publisher.PublishAsync(file, WalLab.Cancel))).ErrorId);
    }
}
