namespace Mina.Backup.Model;

/// <summary>What a recovery drill proved.</summary>
public enum DrillVerdict
{
    /// <summary>Everything that belongs to the proof was done, and agreed.</summary>
    Passed,

    /// <summary>Something disagreed, or could not be recovered.</summary>
    Failed,

    /// <summary>Nothing disagreed, but a part of the proof could not be done; never counts as passed.</summary>
    Inconclusive,
}
