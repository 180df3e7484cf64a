using System.Globalization;
using System.Text;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>Makes an entry for the end of a tar that a server sent without it.</summary>
internal static class TarEnding
{
    /// <summary>Bytes of zeros that end a tar.</summary>
    public const int TerminatorLength = 2 * TarScanner.BlockSize;

    /// <summary>Header, content, padding and the tar's end.</summary>
    /// <param name="name">Name of the file, ASCII and shorter than 100 characters.</param>
    /// <param name="content">Its content.</param>
    /// <param name="modifiedAt">Its time.</param>
    public static byte[] WithFile(string name, ReadOnlySpan<byte> content, DateTimeOffset modifiedAt)
    {
        var padded = (content.Length + TarScanner.BlockSize - 1) / TarScanner.BlockSize * TarScanner.BlockSize;
        var result = new byte[TarScanner.BlockSize + padded + TerminatorLength];
        var header = result.AsSpan(0, TarScanner.BlockSize);
        Write(header, 0, name);
        Write(header, 100, "0000600\0");
        Write(header, 108, "0000000\0");
        Write(header, 116, "0000000\0");
        Write(header, 124, Octal(content.Length));
        Write(header, 136, Octal(modifiedAt.ToUnixTimeSeconds()));
        Write(header, 148, "        ");
        header[156] = (byte)'0';
        Write(header, 257, "ustar\0" + "00");
        Write(header, 265, "postgres");
        Write(header, 297, "postgres");
        var sum = 0;
        foreach (var octet in header)
        {
            sum += octet;
        }

        Write(header, 148, Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ");
        content.CopyTo(result.AsSpan(TarScanner.BlockSize));
        return result;
    }

    private static string Octal(long value) =>
        string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString(value, 8).PadLeft(11, '0')}\0");

    private static void Write(Span<byte> header, int at, string text) => Encoding.ASCII.GetBytes(text, header[at..]);
}
