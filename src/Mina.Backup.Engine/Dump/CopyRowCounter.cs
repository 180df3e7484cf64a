using System.IO.Hashing;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Counts and fingerprints the rows of one COPY block, fed in chunks cut anywhere. A row of any length takes no memory, as the
/// part seen so far is hashed at once.
/// </summary>
internal sealed class CopyRowCounter
{
    private readonly XxHash128 partialHash = new();
    private readonly ColumnPermutation? permutation;
    private long partialLength;
    private TableFingerprint fingerprint;

    public CopyRowCounter(ColumnPermutation? permutation) => this.permutation = permutation;

    public long Rows { get; private set; }

    public long Bytes { get; private set; }

    public TableFingerprint Fingerprint => fingerprint;

    /// <summary>Whether the next byte begins a row.</summary>
    public bool AtRowStart => partialLength == 0;

    /// <summary>Takes a whole row, or the last part of one, without its newline.</summary>
    public void EndRow(ReadOnlySpan<byte> line)
    {
        Bytes += line.Length + 1;
        Rows++;
        if (permutation is not null)
        {
            fingerprint = fingerprint.Add(permutation.Apply(line));
        }
        else if (partialLength == 0)
        {
            fingerprint = fingerprint.Add(line);
        }
        else
        {
            partialHash.Append(line);
            fingerprint = fingerprint.Add(new TableFingerprint(partialHash.GetCurrentHashAsUInt128()));
            partialHash.Reset();
        }

        partialLength = 0;
    }

    /// <summary>Takes the beginning or middle of a row.</summary>
    public void AddPart(ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
        {
            return;
        }

        Bytes += part.Length;
        partialLength += part.Length;
        if (permutation is not null)
        {
            permutation.Keep(part);
        }
        else
        {
            partialHash.Append(part);
        }
    }
}
