namespace Mina.Backup.Model;

/// <summary>Which rows are brought back from a branch. Rows that only the live database has always stay.</summary>
public enum PitrCopyMode
{
    /// <summary>Rows that the live database lacks; nothing that it has is changed.</summary>
    Missing,

    /// <summary>Rows that both have with other values: those of the branch win.</summary>
    Changed,

    /// <summary>Both.</summary>
    All,
}
