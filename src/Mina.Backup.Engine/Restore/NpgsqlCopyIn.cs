using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Sends rows over an Npgsql connection, as a part of what else its transaction does.</summary>
/// <param name="connection">The session.</param>
/// <param name="backup">Name of the backup for messages.</param>
internal sealed class NpgsqlCopyIn(NpgsqlConnection connection, string backup) : ICopyIn
{
    private NpgsqlCopyTextWriter? writer;

    /// <inheritdoc/>
    public void Execute(string sql) => Run(() =>
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    });

    /// <inheritdoc/>
    public void Begin(string copy) => Run(() => writer = (NpgsqlCopyTextWriter)connection.BeginTextImport(copy));

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            writer!.BaseStream.Write(bytes);
        }
        catch (PostgresException problem)
        {
            throw Failed(problem);
        }
    }

    /// <inheritdoc/>
    public void Complete() => Run(() =>
    {
        writer!.Dispose();
        writer = null;
    });

    /// <inheritdoc/>
    public void Cancel()
    {
        try
        {
            // Disposing a writer completes its COPY with the rows sent so far; canceling it first makes the server drop them.
            writer?.Cancel();
            writer?.Dispose();
        }
        catch (Exception problem) when (problem is NpgsqlException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The connection went away, and the rows with it; the failure that led here is the one to report.
        }

        writer = null;
    }

    private void Run(Action action)
    {
        try
        {
            action();
        }
        catch (PostgresException problem)
        {
            throw Failed(problem);
        }
    }

    private Model.MinaException Failed(PostgresException problem) =>
        PsqlFailure.Of(problem).ToException(backup, problem);
}
