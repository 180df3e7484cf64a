using System.Globalization;
using System.IO.Hashing;
using System.Text.RegularExpressions;
using Mina.Backup.Engine.Catalog;

namespace Mina.Backup.Engine.Dump;

/// <summary>Reads the statements of a data section that carry content outside COPY blocks: sequence values and large objects.</summary>
internal sealed partial class DataStatements
{
    private readonly List<IndexLargeObject> largeObjects = [];
    private readonly List<IndexSequence> sequences = [];
    private readonly XxHash128 hash = new();
    private byte[] decoded = new byte[16384];
    private uint? openObject;
    private long openSize;

    public IReadOnlyList<IndexLargeObject> LargeObjects => largeObjects;

    public IReadOnlyList<IndexSequence> Sequences => sequences;

    /// <summary>Looks at one SELECT statement of the dump.</summary>
    public void Observe(ReadOnlySpan<byte> statement)
    {
        if (!statement.StartsWith("SELECT pg_catalog."u8))
        {
            return;
        }

        var call = statement["SELECT pg_catalog."u8.Length..];
        if (call.StartsWith("lowrite("u8))
        {
            AddContent(call);
        }
        else if (call.StartsWith("lo_open("u8) && OpenPattern().Match(System.Text.Encoding.UTF8.GetString(call)) is { Success: true } open)
        {
            openObject = uint.Parse(open.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            openSize = 0;
            hash.Reset();
        }
        else if (call.StartsWith("lo_close("u8) && openObject is { } oid)
        {
            largeObjects.Add(new IndexLargeObject(oid, openSize, new TableFingerprint(hash.GetCurrentHashAsUInt128())));
            openObject = null;
        }
        else if (call.StartsWith("setval("u8) && SetValuePattern().Match(System.Text.Encoding.UTF8.GetString(call)) is { Success: true } value)
        {
            sequences.Add(new IndexSequence(
                value.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal),
                long.Parse(value.Groups[2].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
                value.Groups[3].Value == "true"));
        }
    }

    [GeneratedRegex(@"^lo_open\('(\d+)', \d+\);$")]
    private static partial Regex OpenPattern();

    [GeneratedRegex(@"^setval\('(.*)', (-?\d+), (true|false)\);$", RegexOptions.Singleline)]
    private static partial Regex SetValuePattern();

    private void AddContent(ReadOnlySpan<byte> call)
    {
        // lowrite(0, '\x6162'); with standard_conforming_strings on, lowrite(0, E'\\x6162') never occurs in supported dumps.
        var start = call.IndexOf("'\\x"u8);
        var end = call.LastIndexOf((byte)'\'');
        if (start < 0 || end < start + 3)
        {
            return;
        }

        var digits = call[(start + 3)..end];
        if (decoded.Length < digits.Length / 2)
        {
            decoded = new byte[digits.Length / 2];
        }

        if (Convert.FromHexString(digits, decoded, out _, out var written) == System.Buffers.OperationStatus.Done)
        {
            hash.Append(decoded.AsSpan(0, written));
            openSize += written;
        }
    }
}
