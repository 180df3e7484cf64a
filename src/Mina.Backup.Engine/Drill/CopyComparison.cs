using System.Globalization;
using Mina.Backup.Engine.Drill.Checks;
using Mina.Backup.Engine.Drill.Staging;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Model;
using Kind = Mina.Backup.Model.DrillStepKind;

namespace Mina.Backup.Engine.Drill;

/// <summary>Compares a restored copy, step by step, with what its backup recorded of the source. A difference ends nothing, so that the whole picture shows.</summary>
internal sealed class CopyComparison
{
    private readonly ClientTools tools;
    private readonly VerifiedBackup backup;
    private readonly StagedCopy copy;
    private readonly int serverMajor;
    private readonly DrillJournal journal;
    private SchemaStatements? schema;

    public CopyComparison(ClientTools tools, VerifiedBackup backup, StagedCopy copy, int serverMajor, DrillJournal journal)
    {
        this.tools = tools;
        this.backup = backup;
        this.copy = copy;
        this.serverMajor = serverMajor;
        this.journal = journal;
    }

    /// <summary>Every table beside what the backup recorded of it.</summary>
    public IReadOnlyList<TableComparison> Tables { get; private set; } = [];

    private static StepFinding NothingRecorded => StepFinding.Skipped("The backup is of another program, which recorded nothing to compare with.");

    /// <summary>Does every comparison that can still be done.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var steps = new (Kind Kind, Func<CancellationToken, Task<StepFinding>> Work)[]
        {
            (Kind.Rows, CompareRowsAsync),
            (Kind.Sequences, CompareSequencesAsync),
            (Kind.Extensions, CompareExtensionsAsync),
            (Kind.Schema, CompareSchemaAsync),
            (Kind.Indexes, CheckIndexesAsync),
            (Kind.Constraints, CheckConstraintsAsync),
            // It may need an extension, which would show in the schema.
            (Kind.Amcheck, async token => await new AmcheckRun(tools, serverMajor, copy.Jobs).RunAsync([copy.Target], token)),
        };
        foreach (var (kind, work) in steps)
        {
            if (!journal.ServerLost)
            {
                await journal.RunAsync(kind, () => work(cancellationToken), cancellationToken);
            }
        }
    }

    private async Task<StepFinding> CompareRowsAsync(CancellationToken cancellationToken)
    {
        var proof = await copy.CompareAsync(
            (prover, index) => prover.ProveContentAsync(index, copy.Advance, cancellationToken),
            prover => prover.ProveAsync(backup.Summary!, cancellationToken),
            cancellationToken);
        Tables = proof.Tables;
        IReadOnlyList<string> differences =
        [
            .. proof.Tables.Where(table => table.Outcome == CheckOutcome.Failed).Select(table => $"{table.Table}: {table.Detail}"),
            .. proof.Differences,
        ];
        if (proof.Outcome == CheckOutcome.NotChecked)
        {
            return StepFinding.Inconclusive("Nothing in the dump says how many rows it holds.");
        }

        var compared = proof.Kind == ProofKind.Fingerprints
            ? string.Create(CultureInfo.InvariantCulture, $"{proof.Rows} rows of {backup.Index!.Tables.Count} tables and {proof.LargeObjects} large objects, by number and fingerprint")
            : string.Create(CultureInfo.InvariantCulture, $"{proof.Rows} rows of {proof.Tables.Count} tables, by number alone: the dump records nothing of what stands in them");
        if (proof.Outcome == CheckOutcome.Failed)
        {
            return StepFinding.Failed($"Compared: {compared}. They differ.", ErrorCatalog.CopyDiffers, differences);
        }

        // Equal numbers are all that such a dump allows, and no proof of the rows.
        var equal = $"Compared and equal: {compared}.";
        return proof.Kind == ProofKind.Fingerprints ? StepFinding.Passed(equal) : StepFinding.Inconclusive(equal);
    }

    private async Task<StepFinding> CompareSequencesAsync(CancellationToken cancellationToken)
    {
        if (backup.Index is not { } recorded)
        {
            return NothingRecorded;
        }

        var behind = await copy.CompareAsync((prover, index) => prover.CompareSequencesAsync(index, cancellationToken), _ => throw new InvalidOperationException("There is an index."), cancellationToken);
        return StepFinding.Of(string.Create(CultureInfo.InvariantCulture, $"None of {recorded.Sequences.Count} sequences is behind."), "Sequences are behind or missing.", behind);
    }

    private async Task<StepFinding> CompareExtensionsAsync(CancellationToken cancellationToken) => backup.Index is { } index
        ? StepFinding.Of(
            string.Create(CultureInfo.InvariantCulture, $"All {index.Header.Extensions.Count} extensions have the version that the source had."),
            "Extensions differ.",
            await new CatalogCheck(copy.Target).CompareExtensionsAsync(index.Header.Extensions, cancellationToken))
        : NothingRecorded;

    private async Task<StepFinding> CompareSchemaAsync(CancellationToken cancellationToken)
    {
        if (backup.Index is null)
        {
            return NothingRecorded;
        }

        schema = await SchemaStatements.ReadAsync(backup, cancellationToken);
        var pgDump = await tools.FindAsync("pg_dump", serverMajor, cancellationToken);
        return await new SchemaCheck(pgDump, backup, copy, serverMajor).RunAsync(schema, cancellationToken);
    }

    private async Task<StepFinding> CheckIndexesAsync(CancellationToken cancellationToken)
    {
        var invalid = await new CatalogCheck(copy.Target).InvalidIndexesAsync(cancellationToken);
        var broken = invalid.Where(index => !index.Partitioned).Select(index => $"The index {index.Name} is not valid.").ToList();
        var partial = invalid.Where(index => index.Partitioned).Select(index => $"The index {index.Name} is not valid: a partition has no index of its kind.").ToList();
        if (broken.Count > 0)
        {
            return StepFinding.Failed("Indexes are not valid.", ErrorCatalog.CopyDiffers, [.. broken, .. partial]);
        }

        if (partial.Count == 0)
        {
            return StepFinding.Passed("Every index is valid.");
        }

        // pg_dump dumps such an index as it is.
        return journal.Steps.Any(step => step is { Step: Kind.Schema, Outcome: DrillStepOutcome.Passed })
            ? StepFinding.Passed($"Every index is valid but those that are not in the source's schema either: {string.Join(" ", partial)}")
            : StepFinding.Inconclusive("Indexes of partitioned tables are not valid, and nothing says whether they were in the source.", partial);
    }

    private async Task<StepFinding> CheckConstraintsAsync(CancellationToken cancellationToken)
    {
        var unvalidated = await new CatalogCheck(copy.Target).UnvalidatedConstraintsAsync(cancellationToken);
        var known = schema is null ? new HashSet<string>() : CatalogCheck.LeftUnvalidated(schema);
        var differences = unvalidated.Where(constraint => !known.Contains(constraint.Name)).Select(constraint => $"The constraint {constraint.Name} of {constraint.Of} is not validated.").ToList();
        if (differences.Count > 0)
        {
            return backup.Index is null
                ? StepFinding.Inconclusive("Constraints are not validated, and nothing says whether they were in the source.", differences)
                : StepFinding.Failed("Constraints are not validated that were in the source.", ErrorCatalog.CopyDiffers, differences);
        }

        return StepFinding.Passed(unvalidated.Count == 0
            ? "Every constraint is validated."
            : string.Create(CultureInfo.InvariantCulture, $"Every constraint is validated but {unvalidated.Count} that the source has as NOT VALID, too."));
    }
}
