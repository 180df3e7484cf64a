using System.Buffers.Binary;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>
/// A temporary table of the live database with the rows that are to be brought back, filled by binary COPY with the bytes that the branch sent. It goes with
/// its transaction.
/// </summary>
internal sealed class RowStage : IAsyncDisposable
{
    /// <summary>Column with <see cref="MissingKind"/> or <see cref="ChangedKind"/>.</summary>
    public const string KindColumn = "\"mina kind\"";

    /// <summary>Marks a row that the live database lacks.</summary>
    public const string MissingKind = "'m'";

    /// <summary>Marks a row that the live database has with other values.</summary>
    public const string ChangedKind = "'c'";

    private const int BufferLength = 64 << 10;
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private readonly NpgsqlConnection connection;
    private readonly RowPlan plan;
    private readonly byte[] buffer = new byte[BufferLength];
    private NpgsqlRawCopyStream? copy;
    private int filled;

    private RowStage(NpgsqlConnection connection, RowPlan plan, string sql)
    {
        this.connection = connection;
        this.plan = plan;
        Sql = sql;
    }

    /// <summary>The temporary table as SQL takes it.</summary>
    public string Sql { get; }

    /// <summary>Rows in it that the live database lacks.</summary>
    public long Missing { get; private set; }

    /// <summary>Rows in it that the live database has with other values.</summary>
    public long Changed { get; private set; }

    /// <summary>Makes an empty stage within the session's transaction.</summary>
    /// <param name="connection">The session that will write.</param>
    /// <param name="plan">The table.</param>
    /// <param name="number">A number of its own within the session.</param>
    /// <param name="cancellationToken">Ends the making.</param>
    public static async Task<RowStage> CreateAsync(NpgsqlConnection connection, RowPlan plan, int number, CancellationToken cancellationToken)
    {
        var sql = FormattableString.Invariant($"pg_temp.mina_rows_{number}");
        var columns = plan.Columns.Select(column => $"{column.Sql} {column.TravelType}").Prepend($"{KindColumn} \"char\"");
        await using var command = new NpgsqlCommand($"CREATE TEMPORARY TABLE {sql} ({string.Join(", ", columns)}) ON COMMIT DROP", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new RowStage(connection, plan, sql);
    }

    /// <summary>Adds the row that a stream stands on.</summary>
    public async ValueTask AddAsync(PitrRowDifference kind, RowStream row, CancellationToken cancellationToken)
    {
        if (copy is null)
        {
            var columns = plan.Columns.Select(column => column.Sql).Prepend(KindColumn);
            copy = await connection.BeginRawBinaryCopyAsync($"COPY {Sql} ({string.Join(", ", columns)}) FROM STDIN (FORMAT binary)", cancellationToken);
            Header.CopyTo(buffer, 0);
            filled = Header.Length;
        }

        if (BufferLength - filled < 7)
        {
            await FlushAsync(cancellationToken);
        }

        // The number of fields, then the first of them: its length and its one byte.
        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(filled), (short)(plan.Columns.Count + 1));
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(filled + 2), 1);
        buffer[filled + 6] = kind == PitrRowDifference.Missing ? (byte)'m' : (byte)'c';
        filled += 7;
        for (var offset = 0; offset < row.Payload.Length;)
        {
            if (filled == BufferLength)
            {
                await FlushAsync(cancellationToken);
            }

            var part = row.Payload[offset..];
            part = part[..Math.Min(part.Length, BufferLength - filled)];
            part.CopyTo(buffer.AsSpan(filled));
            filled += part.Length;
            offset += part.Length;
        }

        Missing += kind == PitrRowDifference.Missing ? 1 : 0;
        Changed += kind == PitrRowDifference.Missing ? 0 : 1;
    }

    /// <summary>Ends the filling; only then can the rows be read.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (copy is null)
        {
            return;
        }

        if (BufferLength - filled < 2)
        {
            await FlushAsync(cancellationToken);
        }

        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(filled), -1);
        filled += 2;
        await FlushAsync(cancellationToken);
        await copy.DisposeAsync();
        copy = null;
        // Without statistics the planner takes the stage for a small one.
        await using var analyze = new NpgsqlCommand($"ANALYZE {Sql}", connection);
        await analyze.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Gives up a filling that was not completed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (copy is not null)
        {
            try
            {
                await copy.CancelAsync();
            }
            catch (NpgsqlException)
            {
                // The session may be gone already; what went wrong is on its way to the caller.
            }

            copy = null;
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await copy!.WriteAsync(buffer.AsMemory(0, filled), cancellationToken);
        filled = 0;
    }
}
