using System.Globalization;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Name of a segment: three groups of eight upper-case hexadecimal digits. Which bytes of the log it holds depends on the size of segments:
/// see <see cref="WalGeometry"/>.
/// </summary>
/// <param name="Timeline">Timeline that wrote it.</param>
/// <param name="High">Upper 32 bits of the places in it.</param>
/// <param name="Low">Number of the segment within those 4 GiB.</param>
public readonly record struct WalSegmentName(uint Timeline, uint High, uint Low) : IComparable<WalSegmentName>
{
    /// <summary>Characters of a name.</summary>
    public const int Length = 24;

    /// <summary>Whether one name sorts before the other: by timeline, then by place.</summary>
    public static bool operator <(WalSegmentName left, WalSegmentName right) => left.CompareTo(right) < 0;

    /// <summary>Whether one name sorts behind the other.</summary>
    public static bool operator >(WalSegmentName left, WalSegmentName right) => left.CompareTo(right) > 0;

    /// <summary>Whether one name does not sort behind the other.</summary>
    public static bool operator <=(WalSegmentName left, WalSegmentName right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one name does not sort before the other.</summary>
    public static bool operator >=(WalSegmentName left, WalSegmentName right) => left.CompareTo(right) >= 0;

    /// <summary>Reads a name; false when the text is something else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out WalSegmentName name)
    {
        name = default;
        if (text.Length != Length || !Hexadecimal.TryParse(text[..8], out var timeline) || timeline == 0
            || !Hexadecimal.TryParse(text[8..16], out var high) || !Hexadecimal.TryParse(text[16..], out var low))
        {
            return false;
        }

        name = new WalSegmentName(timeline, high, low);
        return true;
    }

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException">The text is not a segment's name.</exception>
    public static WalSegmentName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not the name of a WAL segment.");

    /// <inheritdoc/>
    public int CompareTo(WalSegmentName other) => (Timeline, High, Low).CompareTo((other.Timeline, other.High, other.Low));

    /// <summary>The name as PostgreSQL writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Timeline:X8}{High:X8}{Low:X8}");
}
