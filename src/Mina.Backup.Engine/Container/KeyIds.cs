using System.Globalization;

namespace Mina.Backup.Engine.Container;

/// <summary>OpenPGP key ids as text.</summary>
internal static class KeyIds
{
    /// <summary>Key id that names nobody (RFC 4880, 5.1): any secret key may fit.</summary>
    public const long Anonymous = 0;

    /// <summary>16 upper-case hexadecimal digits, what gpg calls the long key id.</summary>
    public static string Format(long keyId) => keyId.ToString("X16", CultureInfo.InvariantCulture);
}
