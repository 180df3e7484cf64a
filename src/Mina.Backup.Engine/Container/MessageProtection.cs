using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Mina.Backup.Engine.Container;

/// <summary>How the messages of one run are protected. One instance serves all files of a run.</summary>
public abstract class MessageProtection
{
    private protected MessageProtection()
    {
    }

    /// <summary>No encryption.</summary>
    public static MessageProtection None { get; } = new NoProtection();

    /// <summary>Kind of protection, as the manifest records it.</summary>
    public abstract BackupEncryption Encryption { get; }

    /// <summary>Key id of the recipient's encryption key, 16 upper-case hexadecimal digits; null without recipient.</summary>
    public virtual string? RecipientKeyId => null;

    /// <summary>Under a passphrase. The secret must live as long as the first message's start; all messages share one salt and key.</summary>
    public static MessageProtection FromPassphrase(Secret passphrase) => new PassphraseProtection(passphrase, StringToKey.Create());

    /// <summary>For a recipient's encryption key; every message has a session key of its own.</summary>
    public static MessageProtection ForRecipient(PgpPublicKey key) => new RecipientProtection(key);

    /// <summary>
    /// The same protection with the salt of an earlier message, if that was protected as this product does: a reader of many messages then derives the
    /// key once. Every message still begins with random octets of its own.
    /// </summary>
    /// <param name="start">First octets of the earlier message.</param>
    public virtual MessageProtection WithSaltOf(ReadOnlySpan<byte> start) => this;

    /// <summary>Starts a message and lets the ring remember how to open it.</summary>
    internal abstract MessageEnvelope CreateEnvelope(StoredSink sink, KeyRing keys, string literalName);

    private sealed class NoProtection : MessageProtection
    {
        public override BackupEncryption Encryption => BackupEncryption.None;

        internal override MessageEnvelope CreateEnvelope(StoredSink sink, KeyRing keys, string literalName) => new PlainEnvelope(sink);
    }

    private sealed class PassphraseProtection(Secret passphrase, StringToKey specifier) : MessageProtection
    {
        public override BackupEncryption Encryption => BackupEncryption.Passphrase;

        public override MessageProtection WithSaltOf(ReadOnlySpan<byte> start)
        {
            // Tag 3, version 4, AES-256; whoever can write to the place must not be able to choose a weaker specifier for us.
            ReadOnlySpan<byte> head = [PacketTag.NewFormat | PacketTag.SymmetricKeyEncryptedSessionKey, 13, 4, (byte)SymmetricAlgorithmId.Aes256];
            return start.StartsWith(head) && StringToKey.Decode(start[head.Length..], out _) is { } found
                && found with { Salt = specifier.Salt } == specifier
                ? new PassphraseProtection(passphrase, found)
                : this;
        }

        internal override MessageEnvelope CreateEnvelope(StoredSink sink, KeyRing keys, string literalName)
        {
            var key = keys.Derive(specifier, SymmetricAlgorithmId.Aes256, passphrase);
            // Version 4, AES-256, specifier, no encrypted key: the derived key is the session key (RFC 4880, 5.3).
            byte[] packet = [4, (byte)SymmetricAlgorithmId.Aes256, .. specifier.Encode()];
            byte[] framed = [PacketTag.NewFormat | PacketTag.SymmetricKeyEncryptedSessionKey, (byte)packet.Length, .. packet];
            return new OpenPgpEnvelope(sink, key, framed, literalName);
        }
    }

    private sealed class RecipientProtection(PgpPublicKey publicKey) : MessageProtection
    {
        public override BackupEncryption Encryption => BackupEncryption.Recipient;

        public override string RecipientKeyId => KeyIds.Format(publicKey.KeyId);

        internal override MessageEnvelope CreateEnvelope(StoredSink sink, KeyRing keys, string literalName)
        {
            var (packet, body, key) = RecipientSessionKey.Create(publicKey);
            keys.Remember(body, key);
            return new OpenPgpEnvelope(sink, key, packet, literalName);
        }
    }
}
