using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>Collects the outcomes of one verification of a base backup. A check that nobody set counts as not done.</summary>
internal sealed class BaseChecks
{
    private readonly Dictionary<BaseBackupCheckKind, BaseBackupCheck> checks = [];

    /// <summary>Every check, in the order of their kinds.</summary>
    public IReadOnlyList<BaseBackupCheck> All =>
    [
        .. Enum.GetValues<BaseBackupCheckKind>().Select(kind => checks.GetValueOrDefault(kind) ?? Create(kind, CheckOutcome.NotChecked, "An earlier check failed.")),
    ];

    /// <summary>Failed if any failed, Passed if all passed, NotChecked otherwise.</summary>
    public CheckOutcome Outcome => All.Any(check => check.Outcome == CheckOutcome.Failed) ? CheckOutcome.Failed
        : All.All(check => check.Outcome == CheckOutcome.Passed) ? CheckOutcome.Passed
        : CheckOutcome.NotChecked;

    /// <summary>The check was done and everything agreed; a failure noted before stands.</summary>
    public void Pass(BaseBackupCheckKind kind, string detail) => checks.TryAdd(kind, Create(kind, CheckOutcome.Passed, detail));

    /// <summary>The check could not be done.</summary>
    public void Skip(BaseBackupCheckKind kind, string reason) => checks.TryAdd(kind, Create(kind, CheckOutcome.NotChecked, reason));

    /// <summary>The check was done and something disagreed; the first failure of a kind stands.</summary>
    public void Fail(BaseBackupCheckKind kind, ErrorDefinition error, string detail)
    {
        if (checks.GetValueOrDefault(kind)?.Outcome != CheckOutcome.Failed)
        {
            checks[kind] = Create(kind, CheckOutcome.Failed, detail) with { ErrorId = error.Id };
        }
    }

    private static BaseBackupCheck Create(BaseBackupCheckKind kind, CheckOutcome outcome, string detail) => new() { Check = kind, Outcome = outcome, Detail = detail };
}
