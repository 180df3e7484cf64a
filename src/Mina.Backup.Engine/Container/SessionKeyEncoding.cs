namespace Mina.Backup.Engine.Container;

/// <summary>A session key as it is encrypted for a recipient: algorithm, key, checksum (RFC 4880, 5.1).</summary>
internal static class SessionKeyEncoding
{
    /// <summary>Reads it; null when the checksum or the length does not fit.</summary>
    public static SessionKey? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
        {
            return null;
        }

        var length = BlockCiphers.KeyLength((SymmetricAlgorithmId)bytes[0]);
        if (length == 0 || bytes.Length != length + 3)
        {
            return null;
        }

        var sum = 0;
        foreach (var octet in bytes[1..^2])
        {
            sum += octet;
        }

        return (ushort)sum == ((bytes[^2] << 8) | bytes[^1]) ? new SessionKey((SymmetricAlgorithmId)bytes[0], bytes[1..^2].ToArray()) : null;
    }
}
