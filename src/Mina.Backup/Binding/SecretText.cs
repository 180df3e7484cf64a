using System.Runtime.InteropServices;
using System.Security;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Binding;

/// <summary>Takes a SecureString over into the engine's form; no managed string comes between.</summary>
internal static class SecretText
{
    /// <summary>Copies the content; null stays null. The caller disposes the copy.</summary>
    public static Secret? From(SecureString? text)
    {
        if (text is null)
        {
            return null;
        }

        // Pinned, so that the collector leaves no copy behind when it moves things.
        var characters = GC.AllocateArray<char>(text.Length, pinned: true);
        var unmanaged = Marshal.SecureStringToGlobalAllocUnicode(text);
        try
        {
            Marshal.Copy(unmanaged, characters, 0, characters.Length);
            return new Secret(characters);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(unmanaged);
            Array.Clear(characters);
        }
    }
}
