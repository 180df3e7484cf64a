using System.Text;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Npgsql;

namespace Mina.Backup.Engine.Drill.Checks;

/// <summary>
/// A smoke test of SQL statements, run one after the other on a session of their own. A statement fails when the server refuses it, and when what it returns has no row, or a
/// boolean that is not true.
/// </summary>
public static class SqlSmokeTest
{
    private const int Shown = 200;

    /// <summary>Makes a test of SQL text.</summary>
    /// <param name="name">Its name in the result.</param>
    /// <param name="sql">Statements.</param>
    /// <param name="environment">The machine.</param>
    public static SmokeTest Create(string name, string sql, HostEnvironment environment)
    {
        var statements = new List<string>();
        var splitter = new StatementSplitter(text =>
        {
            if (SqlStatement.Parse(text, limit: 1).Tokens.Count > 0)
            {
                statements.Add(Encoding.UTF8.GetString(text).Trim());
            }
        });
        splitter.Append(Encoding.UTF8.GetBytes(sql));
        splitter.Flush();
        return new SmokeTest(name, (uri, token) => RunAsync(ConnectionTarget.Parse(uri, environment), statements, token));
    }

    private static async Task<IReadOnlyList<string>> RunAsync(ConnectionTarget database, List<string> statements, CancellationToken cancellationToken)
    {
        if (statements.Count == 0)
        {
            return ["It holds no statement."];
        }

        // Not pinned: what the application would see is what counts.
        await using var session = await new PostgresConnector(database).OpenAsync(cancellationToken);
        var findings = new List<string>();
        foreach (var statement in statements)
        {
            try
            {
                if (await FindProblemAsync(session, statement, cancellationToken) is { } problem)
                {
                    findings.Add($"{problem}: {Shorten(statement)}");
                }
            }
            // A server that shuts down says nothing about the database.
            catch (PostgresException refused) when (!refused.SqlState.StartsWith("57P", StringComparison.Ordinal))
            {
                findings.Add($"{refused.MessageText} ({refused.SqlState}): {Shorten(statement)}");
            }
        }

        return findings;
    }

    private static async Task<string?> FindProblemAsync(NpgsqlConnection session, string statement, CancellationToken cancellationToken)
    {
        // In a batch the text goes to the server as it is.
        await using var batch = new NpgsqlBatch(session) { Timeout = 0 };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (reader.FieldCount == 0)
        {
            return null;
        }

        var rows = 0;
        string? problem = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            rows++;
            for (var column = 0; column < reader.FieldCount; column++)
            {
                if (reader.GetDataTypeName(column) == "boolean" && (reader.IsDBNull(column) || !reader.GetBoolean(column)))
                {
                    problem ??= reader.IsDBNull(column) ? "NULL instead of true" : "false";
                }
            }
        }

        return rows == 0 ? "no rows" : problem;
    }

    private static string Shorten(string statement) => statement.Length > Shown ? statement[..Shown] + "..." : statement;
}
