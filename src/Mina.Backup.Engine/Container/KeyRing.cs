using System.Security.Cryptography;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// What opens messages: a passphrase, a recipient's secret key, and the keys of the messages that this run wrote, in memory alone.
/// Safe for use by several threads. Disposing it forgets everything.
/// </summary>
public sealed class KeyRing : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<(StringToKey, SymmetricAlgorithmId), SessionKey> derived = [];
    private readonly Dictionary<string, SessionKey> remembered = [];
    private readonly Secret? passphrase;
    private readonly Secret? privateKeyPassphrase;
    private readonly SecretKeyFile? privateKey;

    private KeyRing(Secret? passphrase, Secret? privateKeyPassphrase, SecretKeyFile? privateKey)
    {
        this.passphrase = passphrase;
        this.privateKeyPassphrase = privateKeyPassphrase;
        this.privateKey = privateKey;
    }

    /// <summary>Whether there is a passphrase to try.</summary>
    public bool CanDecryptPassphrase => passphrase is not null;

    /// <summary>Whether there is a secret key to try.</summary>
    public bool CanDecryptRecipient => privateKey is not null;

    /// <summary>
    /// Gathers what was given; without a passphrase given, the environment's. The request's secrets are copied.
    /// <c>OptionConflict</c>, <c>KeyFileUnreadable</c>.
    /// </summary>
    public static KeyRing Create(KeyRequest request, HostEnvironment environment)
    {
        var passphrase = PassphraseSource.Given(request.Passphrase, request.PassphraseFile) ?? PassphraseSource.FromEnvironment(environment);
        var file = request.PrivateKeyFile is { } path ? SecretKeyFile.Read(path) : null;
        return new KeyRing(passphrase, request.PrivateKeyPassphrase?.Copy(), file);
    }

    /// <summary>Keeps the passphrases out of a log, wherever they came from: errors of other programs may quote what they were given.</summary>
    public void HideIn(IRunLog log)
    {
        log.Redact(passphrase?.Reveal() ?? "");
        log.Redact(privateKeyPassphrase?.Reveal() ?? "");
    }

    /// <summary>Wipes and forgets all keys.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var key in derived.Values.Concat(remembered.Values))
            {
                key.Dispose();
            }

            derived.Clear();
            remembered.Clear();
        }

        passphrase?.Dispose();
        privateKeyPassphrase?.Dispose();
    }

    /// <summary>The key of a specifier under a passphrase; derived once per run.</summary>
    internal SessionKey Derive(StringToKey specifier, SymmetricAlgorithmId algorithm, Secret secret)
    {
        lock (gate)
        {
            if (!derived.TryGetValue((specifier, algorithm), out var key))
            {
                key = new SessionKey(algorithm, specifier.Derive(secret.Bytes, BlockCiphers.KeyLength(algorithm)));
                derived.Add((specifier, algorithm), key);
            }

            return key.Copy();
        }
    }

    /// <summary>
    /// The key of a specifier under this run's or the operator's passphrase; null when there is neither. The key must not be used for
    /// anything but the message whose packet held the specifier.
    /// </summary>
    internal SessionKey? FromPassphrase(StringToKey specifier, SymmetricAlgorithmId algorithm)
    {
        lock (gate)
        {
            return derived.TryGetValue((specifier, algorithm), out var key) ? key.Copy()
                : passphrase is null ? null
                : Derive(specifier, algorithm, passphrase);
        }
    }

    /// <summary>Keeps the session key of a message that this run writes, under its session key packet.</summary>
    internal void Remember(ReadOnlySpan<byte> packetBody, SessionKey key)
    {
        lock (gate)
        {
            remembered[Convert.ToHexString(SHA256.HashData(packetBody))] = key.Copy();
        }
    }

    /// <summary>The session key behind a packet for a recipient; null when neither this run made it nor a secret key is there that fits.</summary>
    internal SessionKey? FromRecipientPacket(RecipientPacket packet)
    {
        lock (gate)
        {
            if (remembered.TryGetValue(Convert.ToHexString(SHA256.HashData(packet.Body)), out var key))
            {
                return key.Copy();
            }

            var found = privateKey?.Open(packet, privateKeyPassphrase ?? passphrase);
            if (found is not null)
            {
                Remember(packet.Body, found);
            }

            return found;
        }
    }
}
