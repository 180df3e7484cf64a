using System.IO.Hashing;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Restore;

/// <summary>Counts and fingerprints the lines of COPY output that arrives in portions cut anywhere; memory stays flat for lines of any length.</summary>
internal sealed class LineFingerprint
{
    private readonly XxHash128 partial = new();
    private bool open;

    /// <summary>Lines that ended.</summary>
    public long Rows { get; private set; }

    /// <summary>Fingerprint of the lines that ended.</summary>
    public TableFingerprint Fingerprint { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var newline = bytes.IndexOf((byte)'\n');
            if (newline < 0)
            {
                partial.Append(bytes);
                open = true;
                return;
            }

            End(bytes[..newline]);
            bytes = bytes[(newline + 1)..];
        }
    }

    private void End(ReadOnlySpan<byte> line)
    {
        Rows++;
        if (!open)
        {
            Fingerprint = Fingerprint.Add(line);
            return;
        }

        partial.Append(line);
        Fingerprint = Fingerprint.Add(new TableFingerprint(partial.GetCurrentHashAsUInt128()));
        partial.Reset();
        open = false;
    }
}
