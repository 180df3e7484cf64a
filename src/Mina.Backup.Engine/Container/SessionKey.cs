using System.Security.Cryptography;

namespace Mina.Backup.Engine.Container;

/// <summary>A symmetric key of an OpenPGP message. Disposing it wipes it.</summary>
internal sealed class SessionKey(SymmetricAlgorithmId algorithm, byte[] key) : IDisposable
{
    public SymmetricAlgorithmId Algorithm { get; } = algorithm;

    public byte[] Key { get; } = key;

    /// <summary>A copy with a life of its own.</summary>
    public SessionKey Copy() => new(Algorithm, [.. Key]);

    public void Dispose() => CryptographicOperations.ZeroMemory(Key);
}

/// <summary>Symmetric algorithms of OpenPGP (RFC 4880, 9.2; Camellia by RFC 5581).</summary>
internal enum SymmetricAlgorithmId : byte
{
    Plaintext = 0,
    Idea = 1,
    TripleDes = 2,
    Cast5 = 3,
    Blowfish = 4,
    Aes128 = 7,
    Aes192 = 8,
    Aes256 = 9,
    Twofish = 10,
    Camellia128 = 11,
    Camellia192 = 12,
    Camellia256 = 13,
}
