using System.Text;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Container;

/// <summary>What must hold for any stream. Every stream is made of its number, so a failure can be repeated.</summary>
public sealed class StreamPropertyTests
{
    private const int Streams = 60;

    public static TheoryData<BackupCompression> Compressions => [BackupCompression.Gzip, BackupCompression.Zstd, BackupCompression.None];

    [Theory]
    [MemberData(nameof(Compressions))]
    public async Task Any_stream_comes_back_identical(BackupCompression compression)
    {
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        for (var seed = 0; seed < Streams; seed++)
        {
            var random = new Random(seed);
            var plain = Any(random);
            var protection = random.Next(2) == 0 ? MessageProtection.None : ContainerLab.ByPassphrase();
            var (stored, written) = await ContainerLab.WriteAsync(plain, protection, keys, BlockLength(random, plain), compression: compression);
            var (back, read) = await ContainerLab.ReadAsync(stored, keys, written);
            Assert.True(plain.AsSpan().SequenceEqual(back), $"stream {seed}");
            Assert.Equal(written.Members, read.Members);
            Assert.Equal(written.Sha256, read.Sha256);
            Assert.Equal(written.ContentLength, written.Members.Sum(member => (long)member.Length));
            Assert.Equal(plain.Length, read.PlainLength);
        }
    }

    [Fact]
    public async Task Uncompressed_text_comes_back_without_an_index_too()
    {
        using var keys = ContainerLab.Ring();
        var plain = ContainerLab.Sample(2_300_000);
        var (stored, _) = await ContainerLab.WriteAsync(plain, MessageProtection.None, keys, compression: BackupCompression.None);
        Assert.Equal(plain, stored);
        var (back, totals) = await ContainerLab.ReadAsync(stored, keys);
        Assert.Equal(plain, back);
        Assert.Empty(totals.Members);
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public async Task A_flipped_bit_is_never_missed(BackupCompression compression)
    {
        using var keys = ContainerLab.Ring(ContainerLab.Passphrase);
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            var plain = ContainerLab.Sample(random.Next(1000, 60_000), seed);
            var (stored, written) = await ContainerLab.WriteAsync(plain, MessageProtection.None, keys, 16_000, compression: compression);
            for (var flip = 0; flip < 150; flip++)
            {
                // The first header in full, then anywhere.
                var at = seed == 0 && flip < 128 ? flip / 8 : random.Next(stored.Length);
                var bit = flip % 8;
                stored[at] ^= (byte)(1 << bit);
                await AssertNoticedAsync(stored, plain, written, keys, $"{compression}, stream {seed}, byte {at}, bit {bit}");
                stored[at] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public void Any_script_comes_back_identical_from_scanner_and_cutter()
    {
        for (var seed = 0; seed < Streams; seed++)
        {
            var random = new Random(seed);
            var script = Script(random);
            using var cutter = new BlockCutter();
            var scanner = new ScriptScanner(cutter);
            using var joined = new MemoryStream();
            for (var at = 0; at < script.Length;)
            {
                var length = Math.Min(script.Length - at, random.Next(3) == 0 ? random.Next(1, 20) : random.Next(1, 300_000));
                scanner.Append(script.AsSpan(at, length));
                at += length;
                Take(cutter, joined);
            }

            scanner.Complete();
            cutter.Flush();
            Take(cutter, joined);
            Assert.True(script.AsSpan().SequenceEqual(joined.ToArray()), $"script {seed}");
        }
    }

    /// <summary>Reading fails, or gives the same content under another hash: some bits of a compressed stream mean nothing.</summary>
    private static async Task AssertNoticedAsync(byte[] damaged, byte[] plain, ContainerTotals written, KeyRing keys, string where)
    {
        try
        {
            var (back, totals) = await ContainerLab.ReadAsync(damaged, keys, written);
            Assert.True(written.Sha256 != totals.Sha256, where);
            Assert.True(plain.AsSpan().SequenceEqual(back) || !written.Members.SequenceEqual(totals.Members), where);
            Assert.True(written.Members.Count == 0 || !written.Members.SequenceEqual(totals.Members), where);
        }
        catch (MinaException failure)
        {
            Assert.True(failure.ErrorId is "BackupCorrupt" or "BackupTruncated" or "BackupNotRecognized", $"{where}: {failure}");
        }
    }

    private static void Take(BlockCutter cutter, MemoryStream joined)
    {
        while (cutter.TryTake(out var block, out _))
        {
            using (block)
            {
                Assert.InRange(block.Length, 1, BlockCutter.BlockSize);
                joined.Write(block.Span);
            }
        }
    }

    private static int BlockLength(Random random, byte[] plain) => Math.Min(random.Next(1 + (plain.Length / 9), (1 << 20) + 1), 1 << 20);

    /// <summary>Text, noise, one byte over and over, or a mix; it begins like a dump, as content is told by its beginning.</summary>
    private static byte[] Any(Random random)
    {
        var bytes = new byte[random.Next(5) == 0 ? random.Next(3, 40) : random.Next(3, 700_000)];
        for (var at = 0; at < bytes.Length;)
        {
            var stretch = bytes.AsSpan(at, Math.Min(bytes.Length - at, random.Next(1, 200_000)));
            switch (random.Next(3))
            {
                case 0:
                    random.NextBytes(stretch);
                    break;
                case 1:
                    stretch.Fill((byte)random.Next(256));
                    break;
                default:
                    ContainerLab.Sample(stretch.Length, random.Next()).CopyTo(stretch);
                    break;
            }

            at += stretch.Length;
        }

        Encoding.ASCII.GetBytes(new string('-', Math.Min(bytes.Length, 512))).CopyTo(bytes, 0);
        return bytes;
    }

    /// <summary>Fragments that a dump is made of, in any order and sometimes cut off: right or wrong, no byte may be lost.</summary>
    private static byte[] Script(Random random)
    {
        string[] fragments =
        [
            "--\n-- PostgreSQL database dump\n--\n\n", "--\n-- PostgreSQL database dump complete\n--\n\n", "\\restrict Abc123\n", "\\unrestrict Abc123\n",
            "COPY public.a (id, t) FROM stdin;\n1\tx\n2\t\\\\.\n\\.\n", "COPY public.a (id) FROM stdin;\n", "\\.\n", "Create Table x (a int);\n", "COPY (SELECT 1) TO STDOUT;\n",
            "SELECT 'it''s; \\';\n", "SELECT E'\\'';\n", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $_$ SELECT ';' $_$;\n", "/* a /* b */ c */ ", "\"odd;name\" ", "$$", "'", "\"", "(", ")", ";", "\n",
            "-- mina:{\"header\":{}}\n", "BEGIN ATOMIC\n", "END;\n", "COPY", " C", "ü€🐎", "\0", "\r\n", "\\! true\n",
        ];
        var text = new StringBuilder();
        for (var i = random.Next(1, 400); i > 0; i--)
        {
            text.Append(random.Next(25) == 0 ? new string('r', random.Next(1, 120_000)) : fragments[random.Next(fragments.Length)]);
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return bytes[..random.Next(1, bytes.Length + 1)];
    }
}
