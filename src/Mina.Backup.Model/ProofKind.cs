namespace Mina.Backup.Model;

/// <summary>How a restored copy was compared with what the backup recorded.</summary>
public enum ProofKind
{
    /// <summary>Rows and 128-bit fingerprints of every table, hashes of large objects.</summary>
    Fingerprints,

    /// <summary>Row counts of the dump's COPY blocks only: the backup recorded nothing more.</summary>
    RowCounts,
}
