using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>The packets before a message's encrypted data: each opens it by a passphrase or for a recipient.</summary>
internal sealed class SessionKeyPackets
{
    private readonly List<byte[]> passphrases = [];
    private readonly List<RecipientPacket> recipients = [];

    /// <summary>Header of the encrypted data packet that follows.</summary>
    public PacketHeader DataHeader { get; private set; }

    /// <summary>Kind of protection; a message that both opens counts as one under a passphrase.</summary>
    public BackupEncryption Encryption => passphrases.Count > 0 ? BackupEncryption.Passphrase : BackupEncryption.Recipient;

    /// <summary>Key id of the first recipient; null without.</summary>
    public string? RecipientKeyId => recipients.Count > 0 ? KeyIds.Format(recipients[0].KeyId) : null;

    /// <summary>Reads up to the header of the encrypted data.</summary>
    public static async ValueTask<SessionKeyPackets> ReadAsync(PacketReader packets, ContainerErrors errors, CancellationToken cancellationToken)
    {
        var result = new SessionKeyPackets();
        while (true)
        {
            var header = await packets.ReadHeaderAsync(cancellationToken).ConfigureAwait(false)
                ?? throw errors.Truncated("the OpenPGP message's header");
            switch (header.Tag)
            {
                case PacketTag.SymmetricKeyEncryptedSessionKey:
                    result.passphrases.Add(await packets.ReadSmallAsync(header, cancellationToken).ConfigureAwait(false));
                    break;
                case PacketTag.PublicKeyEncryptedSessionKey:
                    var packet = new RecipientPacket(await packets.ReadSmallAsync(header, cancellationToken).ConfigureAwait(false));
                    if (packet.Known)
                    {
                        result.recipients.Add(packet);
                    }

                    break;
                case PacketTag.Marker:
                    await packets.ReadSmallAsync(header, cancellationToken).ConfigureAwait(false);
                    break;
                case PacketTag.IntegrityProtectedData:
                    result.DataHeader = header;
                    return result.passphrases.Count + result.recipients.Count > 0
                        ? result
                        : throw errors.NotRecognized("its OpenPGP message has no session key packet of a known kind");
                default:
                    throw Unknown(header.Tag, errors);
            }
        }
    }

    /// <summary>The key among those the ring can recover that opens ciphertext beginning like this.</summary>
    public SessionKey FindKey(KeyRing ring, ReadOnlySpan<byte> ciphertext, ContainerErrors errors)
    {
        var tried = false;
        foreach (var packet in passphrases)
        {
            foreach (var key in FromPassphrase(packet, ring))
            {
                tried = true;
                if (SessionKeyProbe.Fits(key, ciphertext))
                {
                    return key;
                }

                key.Dispose();
            }
        }

        foreach (var packet in recipients)
        {
            if (ring.FromRecipientPacket(packet) is { } key)
            {
                if (SessionKeyProbe.Fits(key, ciphertext))
                {
                    return key;
                }

                key.Dispose();
            }
        }

        throw Failure(ring, tried, errors);
    }

    private static IEnumerable<SessionKey> FromPassphrase(byte[] packet, KeyRing ring)
    {
        // Version, algorithm, specifier, and maybe the session key encrypted under the derived key (RFC 4880, 5.3).
        if (packet is not [4, ..] || packet.Length < 4)
        {
            yield break;
        }

        var algorithm = (SymmetricAlgorithmId)packet[1];
        var specifier = StringToKey.Decode(packet.AsSpan(2), out var rest);
        var encrypted = rest.ToArray();
        if (specifier is null || BlockCiphers.KeyLength(algorithm) == 0 || ring.FromPassphrase(specifier, algorithm) is not { } derived)
        {
            yield break;
        }

        if (encrypted.Length == 0)
        {
            yield return derived;
            yield break;
        }

        using (derived)
        {
            using var decryptor = new CfbDecryptor(derived);
            decryptor.Decrypt(encrypted);
            var inner = (SymmetricAlgorithmId)encrypted[0];
            if (BlockCiphers.KeyLength(inner) is var length && length > 0 && encrypted.Length == length + 1)
            {
                yield return new SessionKey(inner, encrypted[1..]);
            }
        }
    }

    private EncryptionException Failure(KeyRing ring, bool tried, ContainerErrors errors)
    {
        if (passphrases.Count > 0 && (tried || recipients.Count == 0 || !ring.CanDecryptRecipient))
        {
            return tried || ring.CanDecryptPassphrase ? errors.PassphraseWrong() : errors.PassphraseMissing();
        }

        return ring.CanDecryptRecipient ? errors.PrivateKeyWrong(RecipientKeyId!) : errors.PrivateKeyMissing(RecipientKeyId!);
    }

    private static IntegrityException Unknown(byte tag, ContainerErrors errors) => tag switch
    {
        PacketTag.EncryptedData => errors.NotRecognized("its OpenPGP message has no integrity protection", "Decrypt it with gpg --decrypt, and restore the result."),
        PacketTag.AeadProtectedData => errors.NotRecognized("its OpenPGP message uses AEAD (tag 20)", "Decrypt it with gpg --decrypt, and restore the result."),
        _ => errors.NotRecognized($"its OpenPGP message has a packet of tag {tag} where a session key is expected"),
    };
}
