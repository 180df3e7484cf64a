using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Restore;

/// <summary>Reads COPY output over a session of libpq, without decoding it.</summary>
internal sealed class LibpqCopyOut(LibpqSession session) : ICopyOut
{
    /// <inheritdoc/>
    public Task ReadAsync(string copy, CopyOutHandler handler, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Read(copy, handler, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Read(string copy, CopyOutHandler handler, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var abort = cancellationToken.Register(session.Abort);
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
        catch when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch
        {
            session.TryFinish();
            throw;
        }
    }
}
