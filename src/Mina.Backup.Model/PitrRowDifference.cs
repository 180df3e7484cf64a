namespace Mina.Backup.Model;

/// <summary>How a row of a branch stands to the live database.</summary>
public enum PitrRowDifference
{
    /// <summary>The branch has it, the live database does not.</summary>
    Missing,

    /// <summary>Both have it, with other values.</summary>
    Changed,

    /// <summary>The live database has it, the branch does not: written after the point, or there by other ways.</summary>
    Extra,
}
