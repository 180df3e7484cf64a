using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Collects the outcomes of one verification. A check that nobody set counts as not done.</summary>
internal sealed class CheckList
{
    private readonly Dictionary<VerificationCheckKind, VerificationCheck> checks = [];
    private readonly HashSet<VerificationCheckKind> withoutObject = [];

    /// <summary>Every check, in the order of their kinds.</summary>
    public IReadOnlyList<VerificationCheck> All =>
    [
        .. Enum.GetValues<VerificationCheckKind>().Select(kind => checks.GetValueOrDefault(kind) ?? NotChecked(kind, "An earlier check failed.")),
    ];

    /// <summary>Failed if any failed; Passed if every check that has an object passed; NotChecked otherwise.</summary>
    public CheckOutcome Outcome
    {
        get
        {
            var all = All;
            if (all.Any(check => check.Outcome == CheckOutcome.Failed))
            {
                return CheckOutcome.Failed;
            }

            var applicable = all.Where(check => !withoutObject.Contains(check.Check)).ToList();
            return applicable.Count > 0 && applicable.TrueForAll(check => check.Outcome == CheckOutcome.Passed)
                ? CheckOutcome.Passed
                : CheckOutcome.NotChecked;
        }
    }

    /// <summary>Whether a check's outcome is known already.</summary>
    public bool Has(VerificationCheckKind kind) => checks.ContainsKey(kind);

    /// <summary>The check was done and everything agreed.</summary>
    public void Pass(VerificationCheckKind kind, string detail) =>
        checks[kind] = new VerificationCheck { Check = kind, Outcome = CheckOutcome.Passed, Detail = detail };

    /// <summary>The check was done and something disagreed.</summary>
    public void Fail(VerificationCheckKind kind, ErrorDefinition error, string detail) =>
        checks[kind] = new VerificationCheck { Check = kind, Outcome = CheckOutcome.Failed, Detail = detail, ErrorId = error.Id };

    /// <summary>Passes without a problem, fails with one.</summary>
    public void Set(VerificationCheckKind kind, StructureProblem? problem, string detail)
    {
        if (problem is null)
        {
            Pass(kind, detail);
        }
        else
        {
            Fail(kind, problem.Error, problem.Text);
        }
    }

    /// <summary>The check could not be done, which keeps the whole from passing.</summary>
    public void Skip(VerificationCheckKind kind, string reason) => checks[kind] = NotChecked(kind, reason);

    /// <summary>There is nothing that the check could look at, so it does not keep the whole from passing.</summary>
    public void NotApplicable(VerificationCheckKind kind, string reason)
    {
        checks[kind] = NotChecked(kind, reason);
        withoutObject.Add(kind);
    }

    private static VerificationCheck NotChecked(VerificationCheckKind kind, string reason) =>
        new() { Check = kind, Outcome = CheckOutcome.NotChecked, Detail = reason };
}
