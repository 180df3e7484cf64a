using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// One line of the history. A record ends in its own checksum, <c>,"sha256":"...64 digits..."}</c>, which is that of all octets before: no other
/// checker needs to know how JSON was written.
/// </summary>
internal sealed class DrillLine
{
    private const int TrailerLength = 77;

    private DrillLine(long start, byte[] octets, bool ended)
    {
        Start = start;
        End = start + octets.Length + (ended ? 1 : 0);
        Envelope = Parse(octets);
        IsRecord = Envelope is not null && Envelope.Sha256 == Hash(octets.AsSpan(0, octets.Length - TrailerLength));
    }

    /// <summary>Where it begins in the file.</summary>
    public long Start { get; }

    /// <summary>Where the next line begins.</summary>
    public long End { get; }

    /// <summary>What it says; null when it is not a record's JSON.</summary>
    public DrillEnvelope? Envelope { get; }

    /// <summary>Whether it is a record with the checksum that it states.</summary>
    public bool IsRecord { get; }

    /// <summary>The lines of a history; the last one may lack its end.</summary>
    public static IReadOnlyList<DrillLine> Split(byte[] content)
    {
        List<DrillLine> lines = [];
        for (var start = 0; start < content.Length;)
        {
            var length = content.AsSpan(start).IndexOf((byte)'\n');
            var ended = length >= 0;
            var line = new DrillLine(start, ended ? content[start..(start + length)] : content[start..], ended);
            lines.Add(line);
            start = (int)line.End;
        }

        return lines;
    }

    /// <summary>A line to append, its end included.</summary>
    public static byte[] Seal(DrillEnvelope envelope, out string sha256)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(envelope with { Sha256 = null }, DrillJson.Default.DrillEnvelope);
        var body = json.AsSpan(0, json.Length - 1);
        sha256 = Hash(body);
        return [.. body, .. Encoding.ASCII.GetBytes($",\"sha256\":\"{sha256}\"}}\n")];
    }

    /// <summary>SHA-256 as the history writes it.</summary>
    public static string Hash(ReadOnlySpan<byte> octets) => Convert.ToHexStringLower(SHA256.HashData(octets));

    /// <summary>The drill; null with a reason when this version cannot read it.</summary>
    public RecoveryDrillResult? ReadDrill(out string? problem)
    {
        problem = null;
        try
        {
            if (Envelope is { FormatVersion: DrillEnvelope.Version })
            {
                return Envelope.Drill.Deserialize(DrillJson.Default.RecoveryDrillResult);
            }
        }
        catch (JsonException)
        {
            // A value that only a later version knows, or damage; the chain tells which.
        }

        problem = Envelope is null ? "It is not a record." : "This version of the product cannot read the drill in it.";
        return null;
    }

    private static DrillEnvelope? Parse(byte[] octets)
    {
        try
        {
            return octets.Length > TrailerLength && octets.AsSpan(octets.Length - TrailerLength).StartsWith(",\"sha256\":\""u8)
                ? JsonSerializer.Deserialize(octets, DrillJson.Default.DrillEnvelope)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
