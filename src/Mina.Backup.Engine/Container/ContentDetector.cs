namespace Mina.Backup.Engine.Container;

/// <summary>Tells by the first bytes what follows.</summary>
internal static class ContentDetector
{
    /// <summary>The codec of the content; null for an OpenPGP message. <c>BackupEmpty</c> or <c>BackupNotRecognized</c> when it is neither.</summary>
    public static MemberCodec? Detect(ReadOnlySpan<byte> start, ContainerErrors errors)
    {
        if (start.IsEmpty)
        {
            throw errors.Empty();
        }

        if (start.StartsWith("PGDMP"u8))
        {
            throw errors.NotRecognized("it is a dump in pg_dump's custom format", "Restore it with pg_restore.");
        }

        if (start.StartsWith("-----BEGIN PGP"u8))
        {
            throw errors.NotRecognized("it is an armored OpenPGP message", "Convert it with gpg --dearmor.");
        }

        foreach (var codec in MemberCodec.All)
        {
            if (codec.Recognizes(start))
            {
                return codec;
            }
        }

        return IsMessage(start) ? null : throw errors.NotRecognized("it is neither OpenPGP nor gzip, zstd or text");
    }

    /// <summary>Whether an OpenPGP message can begin so. A dump begins with an ASCII character, so an octet that can begin a message does.</summary>
    public static bool IsMessage(ReadOnlySpan<byte> start) =>
        PacketHeader.TagOf(start[0]) is PacketTag.PublicKeyEncryptedSessionKey or PacketTag.SymmetricKeyEncryptedSessionKey
            or PacketTag.IntegrityProtectedData or PacketTag.EncryptedData or PacketTag.AeadProtectedData or PacketTag.Marker;
}
