using System.Globalization;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>An open transaction, known well enough to find out from another session what became of it.</summary>
/// <param name="TransactionId">Its id, cluster-wide.</param>
/// <param name="ProcessId">Process id of its backend.</param>
/// <param name="BackendStart">When that backend started, as text: process ids are used again.</param>
internal sealed record TransactionIdentity(long TransactionId, int ProcessId, string BackendStart)
{
    /// <summary>Text of a backend's start that looks the same in every session.</summary>
    public const string StartText = "pg_catalog.date_part('epoch', backend_start)::pg_catalog.text";

    private const string Query = $"SELECT pg_catalog.txid_current(), pid, {StartText} FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()";

    /// <summary>Asks the session that has the transaction open.</summary>
    public static async Task<TransactionIdentity> ReadAsync(NpgsqlConnection session, CancellationToken cancellationToken) =>
        (await TargetServer.QueryAsync(session, Query, row => new TransactionIdentity(row.GetInt64(0), row.GetInt32(1), row.GetString(2)), cancellationToken))[0];

    /// <summary>Asks the session that has the transaction open.</summary>
    public static async Task<TransactionIdentity> ReadAsync(ICopyOut session, CancellationToken cancellationToken)
    {
        var row = (await TextRows.ReadAsync(session, $"COPY ({Query}) TO STDOUT", cancellationToken))[0];
        return new TransactionIdentity(long.Parse(row[0], CultureInfo.InvariantCulture), int.Parse(row[1], CultureInfo.InvariantCulture), row[2]);
    }
}
