using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>One database of a comparison: a session that sees one moment of it and cannot write.</summary>
internal sealed class RowSide : IAsyncDisposable
{
    private RowSide(NpgsqlConnection connection, string place, string identity, bool isUtf8)
    {
        Connection = connection;
        Identity = identity;
        IsUtf8 = isUtf8;
        Tables = new TableReader(connection, place);
    }

    /// <summary>The session.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Tells databases apart, also where two addresses lead to one.</summary>
    public string Identity { get; }

    /// <summary>Whether the database is in UTF-8.</summary>
    public bool IsUtf8 { get; }

    /// <summary>Its tables.</summary>
    public TableReader Tables { get; }

    /// <summary>Opens a side.</summary>
    /// <param name="target">The database.</param>
    /// <param name="place">What it is called in messages.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    public static async Task<RowSide> OpenAsync(ConnectionTarget target, string place, CancellationToken cancellationToken)
    {
        var connection = await new PostgresConnector(target).OpenPinnedAsync(cancellationToken);
        try
        {
            // Where the postmaster listens and when it started tells apart what shares its system identifier: a branch does with its source.
            const string Sql = """
                BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
                SET LOCAL lc_monetary = 'C';
                SELECT pg_catalog.pg_postmaster_start_time()::text || ' ' || pg_catalog.current_setting('port') || ' ' || pg_catalog.current_database(),
                       pg_catalog.pg_encoding_to_char(encoding) = 'UTF8'
                FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database();
                """;
            await using var command = new NpgsqlCommand(Sql, connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return new RowSide(connection, place, reader.GetString(0), reader.GetBoolean(1));
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw PostgresErrors.Translate(e, "preparing the session", target.ToString());
        }
    }

    /// <summary>Where the branch of a request is. It is a copy of the live cluster, so its database is called as the live one unless told otherwise.</summary>
    public static ConnectionTarget BranchOf(PitrRowsRequest request, ConnectionTarget live, HostEnvironment environment)
    {
        var target = ConnectionTarget.Parse(request.BranchUri, environment);
        return request.BranchDatabase is { } database ? target.WithDatabase(database) : request.BranchName is null ? target : target.WithDatabase(live.Database);
    }

    /// <summary>Refuses to work on one database as both sides.</summary>
    /// <exception cref="ConfigurationException"><c>BranchIsLive</c>.</exception>
    public static void EnsureDifferent(RowSide branch, RowSide live, ConnectionTarget target)
    {
        if (branch.Identity == live.Identity)
        {
            throw new ConfigurationException(ErrorCatalog.BranchIsLive, $"The branch and the live database are both {target}.", new ErrorContext { Target = target.ToString() });
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
