using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>Compares what a WAL file holds with what its name and its archive say. Feed it the content in order, then ask.</summary>
internal sealed class WalContentCheck(WalFileName name, string address, WalArchiveDescriptor? descriptor)
{
    private const int GreatestHistory = 1 << 20;
    private readonly byte[] head = new byte[WalPageHeader.Length];
    private long length;

    private bool HoldsLog => name.Kind is WalFileKind.Segment or WalFileKind.Partial;

    /// <summary>Takes the next bytes; the first ones are judged at once, so that nothing of a wrong file is passed on in vain.</summary>
    /// <exception cref="IntegrityException"><c>WalFileInvalid</c>, <c>WalOfOtherCluster</c>.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (length < head.Length && HoldsLog)
        {
            var take = (int)Math.Min(head.Length - length, bytes.Length);
            bytes[..take].CopyTo(head.AsSpan((int)length));
            if (length + take == head.Length)
            {
                CheckHeader(WalPageHeader.Read(head) ?? throw WalErrors.Invalid(address, "it does not begin as a segment does"));
            }
        }

        length += bytes.Length;
        if (!HoldsLog && length > GreatestHistory)
        {
            throw WalErrors.Invalid(address, "it is too long");
        }
    }

    /// <summary>Judges the whole.</summary>
    /// <exception cref="IntegrityException"><c>WalFileInvalid</c>.</exception>
    public void Finish()
    {
        if (!HoldsLog)
        {
            return;
        }

        var expected = descriptor?.SegmentSize ?? WalPageHeader.Read(head)?.SegmentSize;
        if (length != expected)
        {
            throw WalErrors.Invalid(address, FormattableString.Invariant($"it has {length} bytes, and a segment of this cluster has {expected}"));
        }
    }

    private void CheckHeader(WalPageHeader header)
    {
        if (descriptor is not null && header.SystemIdentifier != descriptor.SystemIdentifier)
        {
            throw WalErrors.OtherCluster(address, header.SystemIdentifier, descriptor.SystemIdentifier);
        }

        var start = new WalGeometry(header.SegmentSize).StartOf(name.Segment);
        if (header.Address != start)
        {
            throw WalErrors.Invalid(address, $"it begins at {header.Address}, not at {start}");
        }

        if (header.Timeline > name.Timeline)
        {
            throw WalErrors.Invalid(address, FormattableString.Invariant($"it belongs to timeline {header.Timeline}"));
        }
    }
}
