namespace Mina.Backup.Model;

/// <summary>Outcome of one step of a recovery drill.</summary>
public enum DrillStepOutcome
{
    /// <summary>Done, and everything agreed.</summary>
    Passed,

    /// <summary>Done, and something disagreed.</summary>
    Failed,

    /// <summary>Belongs to the proof, but could not be done.</summary>
    Inconclusive,

    /// <summary>Not asked for, or not possible on this machine; proves nothing.</summary>
    Skipped,
}
