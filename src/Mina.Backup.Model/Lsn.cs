using System.Globalization;

namespace Mina.Backup.Model;

/// <summary>
/// A place in the write-ahead log: PostgreSQL's <c>pg_lsn</c>. Prints and parses as <c>16/B374D848</c>; text converts to it wherever
/// PowerShell binds one.
/// </summary>
/// <param name="Value">Bytes from the log's beginning.</param>
public readonly record struct Lsn(ulong Value) : IComparable<Lsn>, IComparable
{
    /// <summary>The place before everything, <c>0/0</c>, which PostgreSQL takes for "none".</summary>
    public static Lsn Zero => default;

    /// <summary>Whether one place is before the other.</summary>
    public static bool operator <(Lsn left, Lsn right) => left.Value < right.Value;

    /// <summary>Whether one place is behind the other.</summary>
    public static bool operator >(Lsn left, Lsn right) => left.Value > right.Value;

    /// <summary>Whether one place is not behind the other.</summary>
    public static bool operator <=(Lsn left, Lsn right) => left.Value <= right.Value;

    /// <summary>Whether one place is not before the other.</summary>
    public static bool operator >=(Lsn left, Lsn right) => left.Value >= right.Value;

    /// <summary>Bytes from one place to another; negative when it is before.</summary>
    public static long operator -(Lsn left, Lsn right) => unchecked((long)(left.Value - right.Value));

    /// <inheritdoc cref="op_Subtraction"/>
    public static long Subtract(Lsn left, Lsn right) => left - right;

    /// <summary>Reads <c>X/Y</c>, two hexadecimal numbers of at most 32 bits.</summary>
    /// <exception cref="FormatException">The text is not a place in the log.</exception>
    public static Lsn Parse(string text) =>
        TryParse(text, out var lsn) ? lsn : throw new FormatException($"'{text}' is not a place in the write-ahead log; write it like 16/B374D848.");

    /// <summary>Reads <c>X/Y</c>; false when the text is something else.</summary>
    public static bool TryParse(string? text, out Lsn lsn)
    {
        lsn = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0 || !TryParseHalf(text.AsSpan(0, slash), out var high) || !TryParseHalf(text.AsSpan(slash + 1), out var low))
        {
            return false;
        }

        lsn = new Lsn(((ulong)high << 32) | low);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(Lsn other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        Lsn other => CompareTo(other),
        _ => throw new ArgumentException("Only places in the log compare with each other.", nameof(obj)),
    };

    /// <summary>The place as PostgreSQL writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(uint)(Value >> 32):X}/{(uint)Value:X}");

    private static bool TryParseHalf(ReadOnlySpan<char> text, out uint half)
    {
        half = 0;
        return text.Length is > 0 and <= 8 && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out half);
    }
}
