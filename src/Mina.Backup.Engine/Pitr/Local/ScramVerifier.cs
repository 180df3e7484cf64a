using System.Security.Cryptography;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// What a server stores of a password under SCRAM-SHA-256 (RFC 5802, 7677), so that the password itself appears in no statement. Only for
/// passwords of ASCII, which SASLprep leaves alone.
/// </summary>
internal static class ScramVerifier
{
    private const int Iterations = 4096;
    private const int SaltLength = 16;
    private const int KeyLength = 32;

    /// <summary>The verifier of a password, under a salt of its own.</summary>
    public static string Create(Secret password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password.Bytes, salt, Iterations, HashAlgorithmName.SHA256, KeyLength);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return FormattableString.Invariant($"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}");
    }
}
