namespace Mina.Backup.Engine.Container;

/// <summary>Inflates with libdeflate, in half the time of <see cref="RuntimeInflater"/>.</summary>
internal sealed class LibDeflateInflater(LibDeflate library) : Inflater
{
    private readonly LibDeflate.Decompressor decompressor = library.CreateDecompressor();

    public override bool TryInflate(ArraySegment<byte> packed, Span<byte> plain) => decompressor.TryDecompress(packed, plain);

    public override void Dispose()
    {
        decompressor.Dispose();
        base.Dispose();
    }
}
