using System.Buffers;
using System.IO.Hashing;
using Mina.Backup.Engine.Dump;

namespace Mina.Backup.Engine.Restore;

/// <summary>Hashes a large object printed as rows of hexadecimal digits.</summary>
internal sealed class LargeObjectHash
{
    private readonly XxHash128 hash = new();
    private readonly byte[] decoded = new byte[1 << 16];
    private byte? half;

    /// <summary>Bytes of content.</summary>
    public long Size { get; private set; }

    /// <summary>Hash of the content.</summary>
    public TableFingerprint Hash => new(hash.GetCurrentHashAsUInt128());

    /// <summary>Takes the next bytes of the output.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Span<byte> pair = stackalloc byte[2];
        while (!bytes.IsEmpty)
        {
            var newline = bytes.IndexOf((byte)'\n');
            var digits = newline < 0 ? bytes : bytes[..newline];
            bytes = newline < 0 ? [] : bytes[(newline + 1)..];
            if (half is { } first && digits.Length > 0)
            {
                pair[0] = first;
                pair[1] = digits[0];
                Decode(pair);
                half = null;
                digits = digits[1..];
            }

            if (digits.Length % 2 != 0)
            {
                half = digits[^1];
                digits = digits[..^1];
            }

            Decode(digits);
        }
    }

    private void Decode(ReadOnlySpan<byte> digits)
    {
        while (!digits.IsEmpty)
        {
            var part = digits[..Math.Min(digits.Length, decoded.Length * 2)];
            if (Convert.FromHexString(part, decoded, out _, out var written) != OperationStatus.Done)
            {
                throw new InvalidDataException("The server printed a large object with something else than hexadecimal digits.");
            }

            hash.Append(decoded.AsSpan(0, written));
            Size += written;
            digits = digits[part.Length..];
        }
    }
}
