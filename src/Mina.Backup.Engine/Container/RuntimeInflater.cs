using System.IO.Compression;

namespace Mina.Backup.Engine.Container;

/// <summary>Inflates with what .NET brings along, which is there on every machine.</summary>
internal sealed class RuntimeInflater : Inflater
{
    private readonly byte[] beyond = new byte[1];

    public override bool TryInflate(ArraySegment<byte> packed, Span<byte> plain)
    {
        using var deflate = new DeflateStream(new MemoryStream(packed.Array!, packed.Offset, packed.Count, writable: false), CompressionMode.Decompress);
        try
        {
            return deflate.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false) == plain.Length && deflate.Read(beyond) == 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
