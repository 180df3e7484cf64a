namespace Mina.Backup.Engine.Container;

/// <summary>
/// Tells a right from a wrong session key by a message's first bytes: OpenPGP repeats two octets of the random prefix, and the
/// first packet inside must be one that a message can begin with (RFC 4880, 5.13 and 11.3). A wrong key passes once in
/// some 300000 times; damage to these bytes looks like a wrong key.
/// </summary>
internal static class SessionKeyProbe
{
    /// <summary>Ciphertext octets that are needed to be sure; a whole message is longer.</summary>
    public const int Length = 24;

    /// <summary>Whether the key opens ciphertext that begins like this.</summary>
    public static bool Fits(SessionKey key, ReadOnlySpan<byte> ciphertext)
    {
        using var decryptor = new CfbDecryptor(key);
        var size = decryptor.BlockSize;
        Span<byte> start = stackalloc byte[Length];
        start = start[..Math.Min(Length, ciphertext.Length)];
        ciphertext[..start.Length].CopyTo(start);
        decryptor.Decrypt(start);
        return start.Length > size + 2
            && start[size - 2] == start[size] && start[size - 1] == start[size + 1]
            && CanBegin(start[size + 2]);
    }

    private static bool CanBegin(byte octet) => PacketHeader.TagOf(octet) is
        PacketTag.Literal or PacketTag.Compressed or PacketTag.OnePassSignature or PacketTag.Signature or PacketTag.Marker;
}
