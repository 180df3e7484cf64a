namespace Mina.Backup.Engine.Catalog;

/// <summary>SHA-256 as text: 64 lowercase hexadecimal digits.</summary>
internal static class Sha256Text
{
    private const int Digits = 64;

    /// <summary>Whether a text is one.</summary>
    public static bool IsValid(string text) => text.Length == Digits && text.All(char.IsAsciiHexDigitLower);
}
