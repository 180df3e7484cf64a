using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Sends rows over an Npgsql connection, as a part of what else its transaction does.</summary>
internal sealed class NpgsqlCopyIn(NpgsqlConnection connection) : ICopyIn
{
    private NpgsqlCopyTextWriter? writer;

    /// <inheritdoc/>
    public void Execute(string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Begin(string copy) => writer = (NpgsqlCopyTextWriter)connection.BeginTextImport(copy);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes) => writer!.BaseStream.Write(bytes);

    /// <inheritdoc/>
    public void Complete()
    {
        writer!.Dispose();
        writer = null;
    }

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
}
