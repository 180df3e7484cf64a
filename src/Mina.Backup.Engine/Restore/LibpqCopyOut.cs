using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Restore;

/// <summary>Reads COPY output over a session of libpq, without decoding it.</summary>
internal sealed class LibpqCopyOut(LibpqSession session) : ICopyOut
{
    /// <inheritdoc/>
    public Task ReadAsync(string copy, CopyOutHandler handler, CancellationToken cancellationToken) => session.RunAsync(() => Read(copy, handler), cancellationToken);

    private void Read(string copy, CopyOutHandler handler)
    {
        try
        {
            session.Send(copy);
            session.BeginCopyOut();
            while (session.ReadCopy(out var bytes))
            {
                handler(bytes);
            }

            session.Finish();
        }
        catch
        {
            session.TryFinish();
            throw;
        }
    }
}
