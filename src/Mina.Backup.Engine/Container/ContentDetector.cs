namespace Mina.Backup.Engine.Container;

/// <summary>What a file or an OpenPGP message holds.</summary>
internal enum ContentKind
{
    /// <summary>An OpenPGP message.</summary>
    OpenPgp,

    /// <summary>Gzip members of this product.</summary>
    Members,

    /// <summary>Other gzip data.</summary>
    Gzip,

    /// <summary>Uncompressed text.</summary>
    Text,
}

/// <summary>Tells by the first bytes what follows.</summary>
internal static class ContentDetector
{
    /// <summary>The kind; <c>BackupEmpty</c> or <c>BackupNotRecognized</c> when there is none.</summary>
    public static ContentKind Detect(ReadOnlySpan<byte> start, ContainerErrors errors)
    {
        if (start.IsEmpty)
        {
            throw errors.Empty();
        }

        if (GzipMember.IsOurs(start))
        {
            return ContentKind.Members;
        }

        if (start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            return ContentKind.Gzip;
        }

        if (start.StartsWith("PGDMP"u8))
        {
            throw errors.NotRecognized("it is a dump in pg_dump's custom format", "Restore it with pg_restore.");
        }

        if (start.StartsWith("-----BEGIN PGP"u8))
        {
            throw errors.NotRecognized("it is an armored OpenPGP message", "Convert it with gpg --dearmor.");
        }

        // A dump begins with an ASCII character, so an octet that can begin a message does.
        if (PacketHeader.TagOf(start[0]) is PacketTag.PublicKeyEncryptedSessionKey or PacketTag.SymmetricKeyEncryptedSessionKey
            or PacketTag.IntegrityProtectedData or PacketTag.EncryptedData or PacketTag.AeadProtectedData or PacketTag.Marker)
        {
            return ContentKind.OpenPgp;
        }

        return IsText(start) ? ContentKind.Text : throw errors.NotRecognized("it is neither OpenPGP nor gzip nor text");
    }

    /// <summary>No control characters but white space; bytes above 127 may be any encoding's letters.</summary>
    private static bool IsText(ReadOnlySpan<byte> start)
    {
        foreach (var octet in start)
        {
            if (octet < 32 && octet is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v'))
            {
                return false;
            }
        }

        return true;
    }
}
