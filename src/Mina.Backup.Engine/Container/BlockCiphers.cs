using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace Mina.Backup.Engine.Container;

/// <summary>A block cipher's forward direction over many blocks at once; CFB needs nothing else.</summary>
internal abstract class BlockFunction : IDisposable
{
    public abstract int BlockSize { get; }

    /// <summary>Encrypts whole blocks, each for itself.</summary>
    public abstract void Encrypt(byte[] source, int length, byte[] destination);

    public abstract void Dispose();
}

/// <summary>Block ciphers of OpenPGP: AES by the platform, the others, found in foreign messages only, by BouncyCastle.</summary>
internal static class BlockCiphers
{
    /// <summary>Octets of a key; 0 when the algorithm is unknown here.</summary>
    public static int KeyLength(SymmetricAlgorithmId algorithm) => algorithm switch
    {
        SymmetricAlgorithmId.Idea or SymmetricAlgorithmId.Cast5 or SymmetricAlgorithmId.Blowfish => 16,
        SymmetricAlgorithmId.Aes128 or SymmetricAlgorithmId.Camellia128 => 16,
        SymmetricAlgorithmId.TripleDes or SymmetricAlgorithmId.Aes192 or SymmetricAlgorithmId.Camellia192 => 24,
        SymmetricAlgorithmId.Aes256 or SymmetricAlgorithmId.Twofish or SymmetricAlgorithmId.Camellia256 => 32,
        _ => 0,
    };

    /// <summary>The function for a key.</summary>
    public static BlockFunction Create(SessionKey key)
    {
        if (key.Algorithm is SymmetricAlgorithmId.Aes128 or SymmetricAlgorithmId.Aes192 or SymmetricAlgorithmId.Aes256)
        {
            return new PlatformAes(key.Key);
        }

        IBlockCipher engine = key.Algorithm switch
        {
            SymmetricAlgorithmId.Idea => new IdeaEngine(),
            SymmetricAlgorithmId.TripleDes => new DesEdeEngine(),
            SymmetricAlgorithmId.Cast5 => new Cast5Engine(),
            SymmetricAlgorithmId.Blowfish => new BlowfishEngine(),
            SymmetricAlgorithmId.Twofish => new TwofishEngine(),
            _ => new CamelliaEngine(),
        };
        engine.Init(true, new KeyParameter(key.Key));
        return new ManagedCipher(engine);
    }

    private sealed class PlatformAes : BlockFunction
    {
        private readonly Aes aes = Aes.Create();
        private readonly ICryptoTransform transform;

        public PlatformAes(byte[] key)
        {
            aes.Mode = CipherMode.ECB;
            aes.Padding = PaddingMode.None;
            aes.Key = key;
            transform = aes.CreateEncryptor();
        }

        public override int BlockSize => 16;

        public override void Encrypt(byte[] source, int length, byte[] destination)
        {
            if (length > 0)
            {
                transform.TransformBlock(source, 0, length, destination, 0);
            }
        }

        public override void Dispose()
        {
            transform.Dispose();
            aes.Dispose();
        }
    }

    private sealed class ManagedCipher(IBlockCipher engine) : BlockFunction
    {
        public override int BlockSize => engine.GetBlockSize();

        public override void Encrypt(byte[] source, int length, byte[] destination)
        {
            for (var at = 0; at < length; at += BlockSize)
            {
                engine.ProcessBlock(source, at, destination, at);
            }
        }

        public override void Dispose()
        {
        }
    }
}
