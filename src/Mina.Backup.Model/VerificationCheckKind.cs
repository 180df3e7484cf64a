namespace Mina.Backup.Model;

/// <summary>The checks that a verification is made of, in the order in which they are done.</summary>
public enum VerificationCheckKind
{
    /// <summary>The manifest can be read and belongs to this file.</summary>
    Manifest,

    /// <summary>The data file's size and SHA-256 are those of the manifest.</summary>
    Hash,

    /// <summary>The OpenPGP packets are well formed from first to last.</summary>
    Structure,

    /// <summary>The OpenPGP modification detection code agrees.</summary>
    Mdc,

    /// <summary>Everything compressed decompresses, with the right checksums and lengths.</summary>
    Compression,

    /// <summary>The dump ends as pg_dump ends it, once per section.</summary>
    Trailer,

    /// <summary>Nothing outside the rows would make psql run programs.</summary>
    Script,

    /// <summary>Row counts per table are those of the index.</summary>
    Rows,

    /// <summary>Fingerprints per table, and large objects' hashes, are those of the index.</summary>
    Fingerprints,

    /// <summary>The index can be read and agrees with the manifest.</summary>
    Index,

    /// <summary>The companion with roles and tablespaces is intact.</summary>
    Globals,
}
