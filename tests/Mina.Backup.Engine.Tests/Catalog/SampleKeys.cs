using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace Mina.Backup.Engine.Tests.Catalog;

/// <summary>A recipient's key pair as two files, the secret one without a passphrase.</summary>
internal static class SampleKeys
{
    public static readonly Secret Passphrase = new("correct horse battery");

    public static KeyRequest WithPassphrase => new() { Passphrase = new Secret("correct horse battery") };

    public static (string PublicFile, string SecretFile) WriteRecipient(string folder)
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), new SecureRandom(), 2048, 12));
        var pair = new PgpKeyPair(PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), DateTime.UtcNow.AddDays(-1));
        var ring = new PgpKeyRingGenerator(
            PgpSignature.DefaultCertification,
            pair,
            "sample",
            SymmetricKeyAlgorithmTag.Null,
            rawPassPhrase: [],
            useSha1: true,
            hashedPackets: null,
            unhashedPackets: null,
            new SecureRandom());
        var publicFile = Path.Combine(folder, "public.asc");
        var secretFile = Path.Combine(folder, "secret.asc");
        File.WriteAllBytes(publicFile, ring.GeneratePublicKeyRing().GetEncoded());
        File.WriteAllBytes(secretFile, ring.GenerateSecretKeyRing().GetEncoded());
        return (publicFile, secretFile);
    }
}
