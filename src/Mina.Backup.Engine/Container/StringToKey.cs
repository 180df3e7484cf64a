using System.Security.Cryptography;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Turns a passphrase into a key (RFC 4880, 3.7): simple, salted, or iterated and salted. This product writes the last with
/// SHA-256 and the greatest count that the format knows, 65011712 octets.
/// </summary>
/// <param name="Kind">0 simple, 1 salted, 3 iterated and salted.</param>
/// <param name="Hash">Hash algorithm's number (RFC 4880, 9.4).</param>
/// <param name="Salt">Eight octets in hexadecimal; empty for the simple kind. Text, so that two specifiers compare by value.</param>
/// <param name="CodedCount">Count octet of the iterated kind.</param>
internal sealed record StringToKey(byte Kind, byte Hash, string Salt, byte CodedCount)
{
    private const byte Sha256Id = 8;

    /// <summary>A new specifier of the kind that this product writes.</summary>
    public static StringToKey Create() => new(3, Sha256Id, Convert.ToHexString(RandomNumberGenerator.GetBytes(8)), 255);

    /// <summary>Octets that go into each hash context.</summary>
    public long Count => (16L + (CodedCount & 15)) << ((CodedCount >> 4) + 6);

    /// <summary>The specifier as it stands in a packet.</summary>
    public byte[] Encode() => Kind switch
    {
        0 => [0, Hash],
        1 => [1, Hash, .. Convert.FromHexString(Salt)],
        _ => [3, Hash, .. Convert.FromHexString(Salt), CodedCount],
    };

    /// <summary>Reads a specifier; the octets behind it come back in <paramref name="rest"/>. Null when its kind or hash is unknown, or it is cut.</summary>
    public static StringToKey? Decode(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (bytes.Length < 2 || HashName(bytes[1]) is null)
        {
            return null;
        }

        var length = bytes[0] switch { 0 => 2, 1 => 10, 3 => 11, _ => int.MaxValue };
        if (bytes.Length < length)
        {
            return null;
        }

        rest = bytes[length..];
        var salt = length > 2 ? Convert.ToHexString(bytes[2..10]) : "";
        return new StringToKey(bytes[0], bytes[1], salt, length == 11 ? bytes[10] : (byte)0);
    }

    /// <summary>Derives a key of <paramref name="length"/> octets.</summary>
    public byte[] Derive(ReadOnlySpan<byte> passphrase, int length)
    {
        var name = HashName(Hash) ?? throw new NotSupportedException($"Hash algorithm {Hash} of OpenPGP is not supported.");
        byte[] unit = [.. Convert.FromHexString(Salt), .. passphrase];
        var total = Kind == 3 ? Math.Max(Count, unit.Length) : unit.Length;
        // The salted passphrase is hashed over and over; feeding it in long runs makes that as fast as the hash itself.
        var repeats = Math.Max(1, unit.Length == 0 ? 1 : (int)Math.Min(total, 64 << 10) / unit.Length);
        var run = new byte[repeats * unit.Length];
        for (var i = 0; i < repeats; i++)
        {
            unit.CopyTo(run, i * unit.Length);
        }

        var key = new byte[length];
        for (int done = 0, context = 0; done < length; context++)
        {
            using var hash = IncrementalHash.CreateHash(name);
            hash.AppendData(new byte[context]);
            for (var left = total; left > 0 && run.Length > 0;)
            {
                var take = (int)Math.Min(left, run.Length);
                hash.AppendData(run, 0, take);
                left -= take;
            }

            var digest = hash.GetHashAndReset();
            var copy = Math.Min(digest.Length, length - done);
            digest.AsSpan(0, copy).CopyTo(key.AsSpan(done));
            done += copy;
        }

        CryptographicOperations.ZeroMemory(unit);
        CryptographicOperations.ZeroMemory(run);
        return key;
    }

    private static HashAlgorithmName? HashName(byte id) => id switch
    {
        1 => HashAlgorithmName.MD5,
        2 => HashAlgorithmName.SHA1,
        Sha256Id => HashAlgorithmName.SHA256,
        9 => HashAlgorithmName.SHA384,
        10 => HashAlgorithmName.SHA512,
        _ => null,
    };
}
