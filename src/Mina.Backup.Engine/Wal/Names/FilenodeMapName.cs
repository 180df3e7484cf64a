using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Names;

/// <summary>
/// Name of a filenode map in an archive: <c>TIMELINE-LSN-HASH.names.gz[.gpg]</c>, hexadecimal digits in upper case. The hash tells without opening it whether
/// a newer map would say the same.
/// </summary>
/// <param name="Timeline">The server's timeline.</param>
/// <param name="Lsn">Where the log was.</param>
/// <param name="Hash">16 digits that stand for the map's names and files.</param>
/// <param name="Encrypted">Whether it is an OpenPGP message.</param>
internal sealed record FilenodeMapName(uint Timeline, Lsn Lsn, string Hash, bool Encrypted)
{
    private const string GzipSuffix = ".names.gz";
    private const string EncryptedSuffix = ".names.gz.gpg";
    private const int HashLength = 16;

    /// <summary>The name of a map.</summary>
    public static FilenodeMapName Of(FilenodeMap map, bool encrypted) => new(map.Timeline, map.Lsn, HashOf(map), encrypted);

    /// <summary>Reads an object's name; null when it is none of a map's.</summary>
    public static FilenodeMapName? Parse(string name)
    {
        var encrypted = name.EndsWith(EncryptedSuffix, StringComparison.Ordinal);
        if (!encrypted && !name.EndsWith(GzipSuffix, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = name[..name.IndexOf('.', StringComparison.Ordinal)].Split('-');
        return parts is [{ Length: 8 } timeline, { Length: 16 } lsn, { Length: HashLength } hash]
            && uint.TryParse(timeline, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            && ulong.TryParse(lsn, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var place)
            ? new FilenodeMapName(number, new Lsn(place), hash, encrypted)
            : null;
    }

    /// <summary>The name as it stands in the archive.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Timeline:X8}-{Lsn.Value:X16}-{Hash}{(Encrypted ? EncryptedSuffix : GzipSuffix)}");

    // Estimates of rows change all the time and are left out.
    private static string HashOf(FilenodeMap map)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[20];
        foreach (var database in map.Databases)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(numbers, database.Oid);
            hash.AppendData(numbers[..4]);
            hash.AppendData(Encoding.UTF8.GetBytes(database.Name + "\0"));
            foreach (var relation in database.Relations)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(numbers, relation.Oid);
                BinaryPrimitives.WriteUInt32LittleEndian(numbers[4..], relation.Tablespace);
                BinaryPrimitives.WriteUInt32LittleEndian(numbers[8..], relation.Filenode);
                BinaryPrimitives.WriteUInt32LittleEndian(numbers[12..], relation.Owner ?? 0);
                BinaryPrimitives.WriteUInt32LittleEndian(numbers[16..], relation.Root ?? 0);
                hash.AppendData(numbers);
                hash.AppendData(Encoding.UTF8.GetBytes($"{relation.Kind}{relation.Schema}\0{relation.Name}\0"));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset())[..HashLength];
    }
}
