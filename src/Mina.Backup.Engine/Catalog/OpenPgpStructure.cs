using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Follows the packets of an OpenPGP message from first to last without a key (RFC 4880, 4.2 and 11.3): session key packets, then one
/// encrypted data packet, then nothing. It notices a file that was cut off or that something was appended to, on a machine that
/// cannot decrypt it. Takes bytes in pieces of any size; not for several threads.
/// </summary>
internal sealed class OpenPgpStructure
{
    private const int SessionKeyForRecipient = 1;
    private const int SessionKeyForPassphrase = 3;
    private const int EncryptedData = 9;
    private const int Marker = 10;
    private const int IntegrityProtectedData = 18;
    private const int AeadProtectedData = 20;

    private readonly byte[] header = new byte[5];
    private int headerUsed;
    private int headerNeeded;
    private State state = State.Tag;
    private bool isOldFormat;
    private bool isPartial;
    private int tag;
    private long remaining;
    private long position;
    private bool hasSessionKey;
    private bool hasData;
    private StructureProblem? problem;

    private enum State
    {
        Tag,
        Length,
        Body,
        BodyToEnd,
    }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && problem is null)
        {
            var taken = state switch
            {
                State.Tag => TakeTag(bytes[0]),
                State.Length => TakeLength(bytes[0]),
                State.Body => TakeBody(bytes.Length),
                _ => bytes.Length,
            };
            position += taken;
            bytes = bytes[taken..];
        }
    }

    /// <summary>What is wrong with the whole, or null.</summary>
    public StructureProblem? Complete()
    {
        if (problem is not null)
        {
            return problem;
        }

        if (position == 0)
        {
            return new StructureProblem(ErrorCatalog.BackupEmpty, "The file has no content.");
        }

        var isComplete = (state == State.Tag && hasData) || state == State.BodyToEnd;
        return isComplete
            ? null
            : new StructureProblem(
                ErrorCatalog.BackupTruncated,
                FormattableString.Invariant($"The OpenPGP message ends after {position} bytes, inside a packet."));
    }

    private int TakeTag(byte octet)
    {
        isOldFormat = (octet & 0x40) == 0;
        tag = isOldFormat ? (octet >> 2) & 0x0F : octet & 0x3F;
        if ((octet & 0x80) == 0 || !IsExpected())
        {
            problem = new StructureProblem(
                position == 0 ? ErrorCatalog.BackupNotRecognized : ErrorCatalog.BackupCorrupt,
                FormattableString.Invariant($"At byte {position} stands no packet that belongs into an encrypted OpenPGP message."));
            return 1;
        }

        hasSessionKey |= tag is SessionKeyForPassphrase or SessionKeyForRecipient;
        hasData |= tag is EncryptedData or IntegrityProtectedData or AeadProtectedData;
        headerUsed = 0;
        headerNeeded = isOldFormat ? (octet & 3) switch { 0 => 1, 1 => 2, 2 => 4, _ => 0 } : 1;
        state = headerNeeded == 0 ? State.BodyToEnd : State.Length;
        return 1;
    }

    // RFC 4880, 11.3: an encrypted message is session keys followed by encrypted data; markers are to be ignored (5.8).
    private bool IsExpected() => !hasData && tag switch
    {
        Marker or SessionKeyForPassphrase or SessionKeyForRecipient => true,
        EncryptedData or IntegrityProtectedData or AeadProtectedData => hasSessionKey,
        _ => false,
    };

    private int TakeLength(byte octet)
    {
        header[headerUsed++] = octet;
        if (!isOldFormat && headerUsed == 1)
        {
            headerNeeded = octet switch { < 192 => 1, < 224 => 2, 255 => 5, _ => 1 };
        }

        if (headerUsed < headerNeeded)
        {
            return 1;
        }

        remaining = isOldFormat ? BigEndian(header.AsSpan(0, headerUsed)) : NewFormatLength();
        headerUsed = 0;
        EndBodyIfDone();
        return 1;
    }

    private long NewFormatLength()
    {
        var first = header[0];
        isPartial = first is >= 224 and < 255;
        return first switch
        {
            < 192 => first,
            < 224 => ((first - 192) << 8) + header[1] + 192,
            255 => BigEndian(header.AsSpan(1, 4)),
            _ => 1L << (first & 0x1F),
        };
    }

    private int TakeBody(int available)
    {
        var taken = (int)Math.Min(available, remaining);
        remaining -= taken;
        EndBodyIfDone();
        return taken;
    }

    private void EndBodyIfDone()
    {
        if (remaining > 0)
        {
            state = State.Body;
            return;
        }

        state = isPartial ? State.Length : State.Tag;
        headerNeeded = 1;
        isPartial = false;
    }

    private static long BigEndian(ReadOnlySpan<byte> octets)
    {
        long value = 0;
        foreach (var octet in octets)
        {
            value = (value << 8) | octet;
        }

        return value;
    }
}

/// <summary>What is wrong with a file's structure.</summary>
/// <param name="Error">The error that it stands for.</param>
/// <param name="Text">One sentence.</param>
internal sealed record StructureProblem(ErrorDefinition Error, string Text);
