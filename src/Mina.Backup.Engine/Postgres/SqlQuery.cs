using Npgsql;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Statements and queries on an open session, without a time limit of their own.</summary>
internal static class SqlQuery
{
    /// <summary>Runs a statement that returns nothing.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection session, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, session) { CommandTimeout = 0, AllResultTypesAreUnknown = true };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs a query and reads each row by a function.</summary>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(
        NpgsqlConnection session,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, session) { CommandTimeout = 0 };
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
