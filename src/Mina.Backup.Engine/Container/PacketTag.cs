namespace Mina.Backup.Engine.Container;

/// <summary>Packet tags of OpenPGP (RFC 4880, 4.3).</summary>
internal static class PacketTag
{
    public const byte NewFormat = 0xC0;
    public const byte PublicKeyEncryptedSessionKey = 1;
    public const byte Signature = 2;
    public const byte SymmetricKeyEncryptedSessionKey = 3;
    public const byte OnePassSignature = 4;
    public const byte Compressed = 8;
    public const byte EncryptedData = 9;
    public const byte Marker = 10;
    public const byte Literal = 11;
    public const byte IntegrityProtectedData = 18;
    public const byte Mdc = 19;
    public const byte AeadProtectedData = 20;
}
