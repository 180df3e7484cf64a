using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Sends rows over a session of libpq.</summary>
/// <param name="session">The session.</param>
/// <param name="backup">Name of the backup for messages.</param>
internal sealed class LibpqCopyIn(LibpqSession session, string backup) : ICopyIn
{
    /// <inheritdoc/>
    public void Execute(string sql) => Run(() => session.Execute(sql));

    /// <inheritdoc/>
    public void Begin(string copy) => Run(() =>
    {
        session.Send(copy);
        session.BeginCopyIn();
    });

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes) => session.WriteCopy(bytes);

    /// <inheritdoc/>
    public void Complete() => Run(session.EndCopyIn);

    /// <inheritdoc/>
    public void Cancel() => session.Abort();

    private void Run(Action action)
    {
        try
        {
            action();
        }
        catch (PostgresException problem)
        {
            throw PsqlFailure.Of(problem).ToException(backup, problem);
        }
    }
}
