using System.Security.Cryptography;
using System.Text;

namespace Mina.Backup.Engine.Runtime;

/// <summary>
/// A passphrase or password held as UTF-8 bytes that are wiped on disposal. Prints as <c>***</c> everywhere;
/// only <see cref="Reveal"/> and <see cref="Bytes"/> give the content.
/// </summary>
public sealed class Secret : IDisposable
{
    private readonly byte[] bytes;

    /// <summary>Copies the UTF-8 form of the characters.</summary>
    public Secret(ReadOnlySpan<char> characters)
    {
        bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(characters), pinned: true);
        Encoding.UTF8.GetBytes(characters, bytes);
    }

    private Secret(ReadOnlySpan<byte> utf8)
    {
        bytes = GC.AllocateArray<byte>(utf8.Length, pinned: true);
        utf8.CopyTo(bytes);
    }

    /// <summary>UTF-8 bytes; all zero once disposed.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => bytes.Length == 0;

    /// <summary>A copy that is disposed by itself; no text comes between.</summary>
    public Secret Copy() => new((ReadOnlySpan<byte>)bytes);

    /// <summary>The content as text, for an interface that takes nothing else.</summary>
    public string Reveal() => Encoding.UTF8.GetString(bytes);

    /// <inheritdoc/>
    public override string ToString() => "***";

    /// <summary>Wipes the content.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);
}
