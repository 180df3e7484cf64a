using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>How a part of a key is compared.</summary>
internal enum KeyKind
{
    /// <summary>As a signed integer of two, four or eight bytes.</summary>
    Integer,

    /// <summary>As sixteen bytes.</summary>
    Uuid,

    /// <summary>As the bytes of its text in UTF-8.</summary>
    Text,
}

/// <summary>
/// One part of what rows are ordered by. Both servers must put it into the order in which it is compared here: integers by their value,
/// everything else by its bytes.
/// </summary>
/// <param name="Column">Name of the column; null for the whole row.</param>
/// <param name="Sql">Expression that the server sorts by and sends.</param>
/// <param name="Kind">How it is compared.</param>
internal sealed record KeyPart(string? Column, string Sql, KeyKind Kind)
{
    /// <summary>The part for a column of a primary key.</summary>
    /// <param name="column">The column.</param>
    /// <param name="bothUtf8">Whether both databases are in UTF-8, so that text sorts by its bytes as it is.</param>
    public static KeyPart Of(RowColumn column, bool bothUtf8) => column.BaseType switch
    {
        "pg_catalog.int2" or "pg_catalog.int4" or "pg_catalog.int8" => new KeyPart(column.Name, $"t.{column.Sql}", KeyKind.Integer),
        "pg_catalog.uuid" => new KeyPart(column.Name, $"t.{column.Sql}", KeyKind.Uuid),
        "pg_catalog.text" or "pg_catalog.varchar" when bothUtf8 => new KeyPart(column.Name, $"t.{column.Sql} COLLATE \"C\"", KeyKind.Text),
        _ => new KeyPart(column.Name, TextBytes($"t.{column.Sql}"), KeyKind.Text),
    };

    /// <summary>Whole rows as a key, for tables that have none.</summary>
    public static KeyPart OfRow(IEnumerable<RowColumn> columns) =>
        new(null, TextBytes($"ROW({string.Join(", ", columns.Select(column => $"t.{column.Sql}"))})"), KeyKind.Text);

    /// <summary>Compares two values as sent.</summary>
    public int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        Kind == KeyKind.Integer ? ReadInteger(left).CompareTo(ReadInteger(right)) : left.SequenceCompareTo(right);

    /// <summary>A value as an operator reads it.</summary>
    public string Describe(ReadOnlySpan<byte> value)
    {
        var text = Kind switch
        {
            KeyKind.Integer => ReadInteger(value).ToString(CultureInfo.InvariantCulture),
            KeyKind.Uuid => new Guid(value, bigEndian: true).ToString(),
            _ => Encoding.UTF8.GetString(value),
        };
        return Column is null ? text : $"{Column}={text}";
    }

    private static string TextBytes(string expression) => $"pg_catalog.convert_to({expression}::pg_catalog.text, 'UTF8')";

    private static long ReadInteger(ReadOnlySpan<byte> value) => value.Length switch
    {
        2 => BinaryPrimitives.ReadInt16BigEndian(value),
        4 => BinaryPrimitives.ReadInt32BigEndian(value),
        _ => BinaryPrimitives.ReadInt64BigEndian(value),
    };
}
