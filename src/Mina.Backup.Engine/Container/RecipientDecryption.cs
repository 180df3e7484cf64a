using System.Buffers.Binary;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Encodings;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Recovers a session key with a secret key: RSA and ElGamal by RFC 4880 (5.1, 13.1), ECDH by RFC 6637 (section 8) over the NIST
/// curves and Curve25519. BouncyCastle does the mathematics, but hands out no session keys of its own.
/// </summary>
internal static class RecipientDecryption
{
    /// <summary>The session key; null when the packet does not decrypt under this key.</summary>
    public static SessionKey? Open(RecipientPacket packet, PgpPrivateKey key)
    {
        try
        {
            var bytes = (PublicKeyAlgorithmTag)packet.Algorithm switch
            {
                PublicKeyAlgorithmTag.RsaGeneral or PublicKeyAlgorithmTag.RsaEncrypt => OpenRsa(packet.Fields, key.Key),
                PublicKeyAlgorithmTag.ElGamalEncrypt or PublicKeyAlgorithmTag.ElGamalGeneral => OpenElGamal(packet.Fields, key.Key),
                PublicKeyAlgorithmTag.ECDH => OpenEcdh(packet.Fields, key),
                _ => [],
            };
            return SessionKeyEncoding.Decode(bytes);
        }
        catch (Exception e) when (e is CryptoException or ArgumentException or InvalidDataException or InvalidOperationException or ArithmeticException)
        {
            // By contract the caller turns null into PrivateKeyWrong; the reasons of a public-key decryption are no help to anybody.
            return null;
        }
    }

    private static byte[] OpenRsa(ReadOnlySpan<byte> fields, AsymmetricKeyParameter key)
    {
        var decoder = new Pkcs1Encoding(new RsaBlindedEngine());
        decoder.Init(false, key);
        var number = ReadInteger(ref fields).ToByteArrayUnsigned();
        return decoder.ProcessBlock(number, 0, number.Length);
    }

    private static byte[] OpenElGamal(ReadOnlySpan<byte> fields, AsymmetricKeyParameter key)
    {
        var engine = new ElGamalEngine();
        var decoder = new Pkcs1Encoding(engine);
        decoder.Init(false, key);
        var half = (((ElGamalKeyParameters)key).Parameters.P.BitLength + 7) / 8;
        var joined = new byte[half * 2];
        for (var i = 1; i <= 2; i++)
        {
            var number = ReadInteger(ref fields).ToByteArrayUnsigned();
            number.CopyTo(joined, (i * half) - number.Length);
        }

        return decoder.ProcessBlock(joined, 0, joined.Length);
    }

    private static byte[] OpenEcdh(ReadOnlySpan<byte> fields, PgpPrivateKey key)
    {
        var point = ReadInteger(ref fields).ToByteArrayUnsigned();
        if (fields.IsEmpty || fields.Length - 1 < fields[0])
        {
            throw new InvalidDataException("A wrapped session key is cut off.");
        }

        var publicKey = (ECDHPublicBcpgKey)key.PublicKeyPacket.Key;
        var wrapKey = Rfc6637Utilities.CreateKey(key.PublicKeyPacket, Agree(point, key.Key));
        IWrapper wrapper = publicKey.SymmetricKeyAlgorithm is SymmetricKeyAlgorithmTag.Aes128 or SymmetricKeyAlgorithmTag.Aes192 or SymmetricKeyAlgorithmTag.Aes256
            ? new AesWrapEngine()
            : new CamelliaWrapEngine();
        wrapper.Init(false, new KeyParameter(wrapKey));
        var wrapped = fields.Slice(1, fields[0]).ToArray();
        var padded = wrapper.Unwrap(wrapped, 0, wrapped.Length);
        var pad = padded[^1];
        return pad is > 0 and <= 40 && pad < padded.Length ? padded[..^pad] : [];
    }

    private static byte[] Agree(byte[] point, AsymmetricKeyParameter key)
    {
        if (key is X25519PrivateKeyParameters x25519)
        {
            if (point is not [0x40, ..] || point.Length != 33)
            {
                throw new InvalidDataException("A Curve25519 point has the wrong form.");
            }

            var agreement = new X25519Agreement();
            agreement.Init(x25519);
            var shared = new byte[agreement.AgreementSize];
            agreement.CalculateAgreement(new X25519PublicKeyParameters(point, 1), shared, 0);
            return shared;
        }

        var secret = (ECPrivateKeyParameters)key;
        var basic = new ECDHBasicAgreement();
        basic.Init(secret);
        var curve = secret.Parameters.Curve;
        var x = basic.CalculateAgreement(new ECPublicKeyParameters(curve.DecodePoint(point), secret.Parameters));
        var fixedLength = new byte[basic.GetFieldSize()];
        var bytes = x.ToByteArrayUnsigned();
        bytes.CopyTo(fixedLength, fixedLength.Length - bytes.Length);
        return fixedLength;
    }

    private static BigInteger ReadInteger(ref ReadOnlySpan<byte> fields)
    {
        var length = fields.Length < 2 ? int.MaxValue : (BinaryPrimitives.ReadUInt16BigEndian(fields) + 7) / 8;
        if (fields.Length - 2 < length)
        {
            throw new InvalidDataException("A multiprecision integer is cut off.");
        }

        var value = new BigInteger(1, fields.Slice(2, length));
        fields = fields[(2 + length)..];
        return value;
    }
}
