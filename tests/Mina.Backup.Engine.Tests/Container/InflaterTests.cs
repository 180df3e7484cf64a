using System.IO.Compression;
using Mina.Backup.Engine.Container;

namespace Mina.Backup.Engine.Tests.Container;

public sealed class InflaterTests
{
    public static TheoryData<string> Names => ["libdeflate", ".NET"];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_deflated_comes_back(string name)
    {
        using var inflater = Create(name);
        var random = new Random(11);
        foreach (var length in (int[])[0, 1, 2, 100, 32_768, 65_537, 1 << 20, 5_000_001])
        {
            foreach (var level in Enum.GetValues<CompressionLevel>())
            {
                var plain = ContainerLab.Sample(length, random.Next());
                random.NextBytes(plain.AsSpan(length / 2, length / 3));
                var back = new byte[length];

                Assert.True(inflater.TryInflate(Within(Deflate(plain, level), before: 3, behind: 5), back), $"{length} bytes, {level}");
                Assert.True(plain.AsSpan().SequenceEqual(back), $"{length} bytes, {level}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Content_that_is_longer_or_shorter_than_said_is_refused(string name)
    {
        using var inflater = Create(name);
        var plain = ContainerLab.Sample(100_000);
        var packed = Within(Deflate(plain, CompressionLevel.Optimal));

        Assert.False(inflater.TryInflate(packed, new byte[plain.Length - 1]));
        Assert.False(inflater.TryInflate(packed, new byte[plain.Length + 1]));
        Assert.True(inflater.TryInflate(packed, new byte[plain.Length]), "A refusal leaves the inflater as it was.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Data_that_are_cut_off_are_refused(string name)
    {
        using var inflater = Create(name);
        var plain = ContainerLab.Sample(100_000);
        var packed = Deflate(plain, CompressionLevel.Optimal);

        // The last bytes may hold nothing but the mark of the end, which .NET does not miss; a member's length and checksum do.
        foreach (var cut in (int[])[10, 1000, packed.Length - 1, packed.Length])
        {
            Assert.False(inflater.TryInflate(Within(packed[..^cut]), new byte[plain.Length]), $"{cut} bytes cut off");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_flipped_bit_is_never_content_that_looks_sound(string name)
    {
        using var inflater = Create(name);
        var plain = ContainerLab.Sample(50_000);
        using var scratch = new MemoryStream();
        using var member = GzipMember.Pack(plain, 3, scratch);
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            var damaged = member.Memory.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));

            Assert.Throws<InvalidDataException>(() => GzipMember.Unpack(damaged, 0, damaged.Length, inflater).Dispose());
        }
    }

    private static Inflater Create(string name)
    {
        if (name == ".NET")
        {
            return new RuntimeInflater();
        }

        Assert.SkipWhen(LibDeflate.Installed is null, "libdeflate is not installed.");
        return new LibDeflateInflater(LibDeflate.Installed!);
    }

    private static byte[] Deflate(byte[] plain, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, level, leaveOpen: true))
        {
            deflate.Write(plain);
            // It writes nothing at all for nothing.
            deflate.Flush();
        }

        return packed.Length > 0 ? packed.ToArray() : [3, 0];
    }

    private static ArraySegment<byte> Within(byte[] packed, int before = 0, int behind = 0) =>
        new([.. new byte[before], .. packed, .. new byte[behind]], before, packed.Length);
}
