using System.Globalization;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Compares row counts of a copy with the COPY blocks of a dump made by other scripts, which recorded nothing more. Counting says nothing
/// about what stands in the rows; the proof's kind tells so.
/// </summary>
internal sealed class RowCountProver
{
    private readonly ICopyOut session;

    public RowCountProver(ICopyOut session) => this.session = session;

    /// <summary>Counts every table that the dump loads.</summary>
    public async Task<RestoreProof> ProveAsync(ScriptSummary summary, CancellationToken cancellationToken)
    {
        var comparisons = new List<TableComparison>();
        foreach (var table in summary.Tables)
        {
            comparisons.Add(await CompareAsync(table, cancellationToken));
        }

        return new RestoreProof
        {
            Kind = ProofKind.RowCounts,
            Outcome = OutcomeOf(comparisons),
            Tables = comparisons,
            Rows = comparisons.Sum(comparison => comparison.ActualRows ?? 0),
        };
    }

    // A dump made with --inserts has no COPY block to count: where nothing was compared, nothing is proven.
    private static CheckOutcome OutcomeOf(List<TableComparison> comparisons) =>
        comparisons.Exists(comparison => comparison.Outcome == CheckOutcome.Failed) ? CheckOutcome.Failed
        : comparisons.Count > 0 ? CheckOutcome.Passed
        : CheckOutcome.NotChecked;

    private async Task<TableComparison> CompareAsync(ScannedTable table, CancellationToken cancellationToken)
    {
        var comparison = new TableComparison { Table = table.Name, ExpectedRows = table.Rows, Outcome = CheckOutcome.Failed };
        var kind = await TextRows.ReadAsync(session, ProofQueries.RelationKind(table.Name), cancellationToken);
        if (kind.Count == 0)
        {
            return comparison with { Detail = "the table is missing" };
        }

        var rows = await TextRows.ReadAsync(session, ProofQueries.RowCount(table.Name, kind[0][0] == "p"), cancellationToken);
        var count = long.Parse(rows[0][0], CultureInfo.InvariantCulture);
        return count == table.Rows
            ? comparison with { ActualRows = count, Outcome = CheckOutcome.Passed }
            : comparison with { ActualRows = count, Detail = string.Create(CultureInfo.InvariantCulture, $"{count} rows instead of {table.Rows}") };
    }
}
