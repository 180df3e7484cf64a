using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>The comparison of one table, whose parts several sessions may read at once: fingerprints add up in any order.</summary>
internal sealed class TableProof
{
    private readonly IndexTable expected;
    private readonly Lock gate = new();
    private long rows;
    private TableFingerprint fingerprint;
    private string? problem;

    public TableProof(IndexTable expected) => this.expected = expected;

    /// <summary>Reads a part, or all, of the table.</summary>
    /// <param name="session">A session on the copy.</param>
    /// <param name="copy">The COPY statement.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Rows read.</returns>
    public async Task<long> ReadAsync(ICopyOut session, string copy, CancellationToken cancellationToken)
    {
        var part = new LineFingerprint();
        try
        {
            await session.ReadAsync(copy, part.Append, cancellationToken);
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            lock (gate)
            {
                problem = missing.MessageText;
            }

            return 0;
        }

        lock (gate)
        {
            rows += part.Rows;
            fingerprint = fingerprint.Add(part.Fingerprint);
        }

        return part.Rows;
    }

    /// <summary>The outcome, once every part was read.</summary>
    public TableComparison Compare()
    {
        var comparison = new TableComparison { Table = expected.Name, ExpectedRows = expected.Rows, Outcome = CheckOutcome.Failed };
        if (problem is not null)
        {
            return comparison with { Detail = problem };
        }

        comparison = comparison with { ActualRows = rows };
        if (rows != expected.Rows)
        {
            return comparison with { Detail = string.Create(CultureInfo.InvariantCulture, $"{rows} rows instead of {expected.Rows}") };
        }

        return fingerprint == expected.Fingerprint
            ? comparison with { Outcome = CheckOutcome.Passed }
            : comparison with { Detail = "the same number of rows with other content" };
    }
}
