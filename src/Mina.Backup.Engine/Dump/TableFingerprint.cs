using System.Globalization;
using System.IO.Hashing;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Fingerprint of a table: the sum modulo 2^128 of XXH128 (seed 0) over its COPY text lines without their newline.
/// A sum makes it independent of row order, so a copy loaded by several connections compares equal.
/// XXH128 is specified at https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md; its canonical form reads as a big-endian number.
/// </summary>
public readonly record struct TableFingerprint(UInt128 Value)
{
    /// <summary>The fingerprint of no rows.</summary>
    public static TableFingerprint Empty => default;

    /// <summary>This fingerprint with one more row.</summary>
    public TableFingerprint Add(ReadOnlySpan<byte> line) => new(unchecked(Value + XxHash128.HashToUInt128(line)));

    /// <summary>The fingerprint of both sets of rows together.</summary>
    public TableFingerprint Add(TableFingerprint other) => new(unchecked(Value + other.Value));

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Reads 32 hexadecimal digits.</summary>
    public static TableFingerprint Parse(string text) =>
        new(UInt128.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
}
