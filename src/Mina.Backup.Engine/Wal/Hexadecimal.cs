using System.Buffers;
using System.Globalization;

namespace Mina.Backup.Engine.Wal;

/// <summary>Eight hexadecimal digits as PostgreSQL writes them into file names: upper case alone.</summary>
internal static class Hexadecimal
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789ABCDEF");

    public static bool TryParse(ReadOnlySpan<char> text, out uint value)
    {
        value = 0;
        return text.Length == 8
            && !text.ContainsAnyExcept(Digits)
            && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
