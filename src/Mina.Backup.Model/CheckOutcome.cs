namespace Mina.Backup.Model;

/// <summary>Outcome of one check, or of all of them together.</summary>
public enum CheckOutcome
{
    /// <summary>Done, and everything agreed.</summary>
    Passed,

    /// <summary>Done, and something disagreed.</summary>
    Failed,

    /// <summary>Could not be done or was not asked for; never counts as passed.</summary>
    NotChecked,
}
