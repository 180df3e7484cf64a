using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Restore;

/// <summary>Sends rows over a session of libpq.</summary>
internal sealed class LibpqCopyIn(LibpqSession session) : ICopyIn
{
    /// <inheritdoc/>
    public void Execute(string sql) => session.Execute(sql);

    /// <inheritdoc/>
    public void Begin(string copy)
    {
        session.Send(copy);
        session.BeginCopyIn();
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes) => session.WriteCopy(bytes);

    /// <inheritdoc/>
    public void Complete() => session.EndCopyIn();

    /// <inheritdoc/>
    public void Cancel() => session.Abort();
}
