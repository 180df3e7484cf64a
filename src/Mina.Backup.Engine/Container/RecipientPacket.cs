using System.Buffers.Binary;

namespace Mina.Backup.Engine.Container;

/// <summary>A Public-Key Encrypted Session Key packet, version 3 (RFC 4880, 5.1).</summary>
/// <param name="Body">The packet's whole body.</param>
internal sealed record RecipientPacket(byte[] Body)
{
    /// <summary>Whether it is of the version that is known here.</summary>
    public bool Known => Body is [3, ..] && Body.Length > 12;

    /// <summary>Key that it is for; 0 when the sender hid it.</summary>
    public long KeyId => BinaryPrimitives.ReadInt64BigEndian(Body.AsSpan(1));

    /// <summary>Public-key algorithm's number.</summary>
    public byte Algorithm => Body[9];

    /// <summary>The fields that the algorithm defines.</summary>
    public ReadOnlySpan<byte> Fields => Body.AsSpan(10);
}
