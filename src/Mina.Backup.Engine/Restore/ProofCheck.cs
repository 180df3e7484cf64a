using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>Turns a failed proof into an error, and one that could not be made into a warning.</summary>
internal static class ProofCheck
{
    private const int Named = 5;

    /// <summary><c>CopyDiffers</c>, naming the first differences, when anything disagreed.</summary>
    public static void ThrowIfFailed(RestoreProof proof, string target, RestorePlan plan)
    {
        if (proof.Outcome == CheckOutcome.Passed)
        {
            return;
        }

        if (proof.Outcome == CheckOutcome.NotChecked)
        {
            var warning = $"Nothing in the dump {plan.Backup.Name} says how many rows it holds (pg_dump --inserts writes such dumps): what was restored into {target} is not compared with anything.";
            plan.Context.Warning(warning);
            plan.Notes.Add(warning);
            return;
        }

        var differences = proof.Tables
            .Where(table => table.Outcome == CheckOutcome.Failed)
            .Select(table => $"{table.Table}: {table.Detail}")
            .Concat(proof.Differences)
            .ToList();
        foreach (var difference in differences)
        {
            plan.Context.Verbose(difference);
        }

        var more = differences.Count > Named ? $" and {differences.Count - Named} more" : "";
        throw new RestoreException(
            ErrorCatalog.CopyDiffers,
            $"The copy restored for {target} differs from the backup {plan.Backup.Name}: {string.Join("; ", differences.Take(Named))}{more}.",
            new ErrorContext { Target = target });
    }
}
