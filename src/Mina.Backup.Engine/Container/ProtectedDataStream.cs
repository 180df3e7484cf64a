using System.Security.Cryptography;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Decrypts the body of a Symmetrically Encrypted Integrity Protected Data packet, version 1 (RFC 4880, 5.13). The last 22 octets,
/// the MDC packet, are held back; the stream ends only when the MDC was compared.
/// </summary>
internal sealed class ProtectedDataStream : ReadOnlyStream
{
    private const int MdcLength = 22;
    private const int Batch = 64 << 10;
    private readonly Stream body;
    private readonly ContainerErrors errors;
    private readonly CfbDecryptor decryptor;
    // SHA-1 by the standard, see EncryptStage.
    private readonly IncrementalHash mdc = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private readonly byte[] buffer = new byte[Batch + MdcLength];
    private int start;
    private int end;
    private ReadOnlyMemory<byte> replay;
    private int prefixLeft;
    private bool sourceEnded;

    /// <summary>Starts behind the version octet.</summary>
    /// <param name="body">The packet's body, behind what was looked at.</param>
    /// <param name="lookedAt">Ciphertext that was read to test keys.</param>
    /// <param name="key">The session key.</param>
    /// <param name="errors">Failures of this file.</param>
    public ProtectedDataStream(Stream body, ReadOnlyMemory<byte> lookedAt, SessionKey key, ContainerErrors errors)
    {
        this.body = body;
        this.errors = errors;
        replay = lookedAt;
        decryptor = new CfbDecryptor(key);
        prefixLeft = decryptor.BlockSize + 2;
    }

    /// <summary>Whether the MDC was compared and fits.</summary>
    public bool Verified { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (end - start <= MdcLength && !sourceEnded)
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        var take = Math.Min(buffer.Length, end - start - MdcLength);
        if (take <= 0)
        {
            if (!buffer.IsEmpty && !Verified)
            {
                Verify();
            }

            return 0;
        }

        this.buffer.AsSpan(start, take).CopyTo(buffer.Span);
        start += take;
        return take;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            decryptor.Dispose();
            mdc.Dispose();
            CryptographicOperations.ZeroMemory(buffer);
        }

        base.Dispose(disposing);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        var read = await ReadCiphertextAsync(buffer.AsMemory(end, Batch), cancellationToken).ConfigureAwait(false);
        sourceEnded = read < Batch;
        decryptor.Decrypt(buffer.AsSpan(end, read));
        if (prefixLeft > 0)
        {
            if (read < prefixLeft + MdcLength)
            {
                throw errors.Truncated("the encrypted data");
            }

            mdc.AppendData(buffer, end, prefixLeft);
            start = prefixLeft;
            prefixLeft = 0;
            end += read;
            mdc.AppendData(buffer, start, end - start - MdcLength);
            return;
        }

        // What was held back is content after all, except for the last octets of what follows it.
        mdc.AppendData(buffer, 0, end + read - MdcLength);
        end += read;
    }

    private async ValueTask<int> ReadCiphertextAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        replay.CopyTo(target);
        var total = replay.Length;
        replay = default;
        while (total < target.Length)
        {
            var read = await body.ReadAsync(target[total..], cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    private void Verify()
    {
        var packet = buffer.AsSpan(end - MdcLength, MdcLength);
        mdc.AppendData(packet[..2]);
        if (packet[0] != (PacketTag.NewFormat | PacketTag.Mdc) || packet[1] != 20
            || !CryptographicOperations.FixedTimeEquals(mdc.GetHashAndReset(), packet[2..]))
        {
            throw errors.Corrupt("the integrity check of the OpenPGP message (MDC) fails");
        }

        Verified = true;
    }
}
