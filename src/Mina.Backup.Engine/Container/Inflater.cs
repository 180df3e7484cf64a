namespace Mina.Backup.Engine.Container;

/// <summary>Inflates deflate data (RFC 1951) whose plain length is known; for one thread at a time, reused from member to member.</summary>
/// <remarks>Not every inflater notices bytes behind the end of the data, or that nothing but the mark of the end is missing: the member's own length says that.</remarks>
internal abstract class Inflater : IDisposable
{
    /// <summary>The fastest one that this machine has.</summary>
    public static Inflater Create() => LibDeflate.Installed is { } library ? new LibDeflateInflater(library) : new RuntimeInflater();

    /// <summary>Inflates a whole deflate stream.</summary>
    /// <param name="packed">The deflate data, and nothing behind it.</param>
    /// <param name="plain">Takes the content, and has exactly its length.</param>
    /// <returns>Whether the data are sound, and their content is of that length.</returns>
    public abstract bool TryInflate(ArraySegment<byte> packed, Span<byte> plain);

    public virtual void Dispose()
    {
    }
}
