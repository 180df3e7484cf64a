namespace Mina.Backup.Engine.Restore;

/// <summary>How much of a backup is read before anything of it is used.</summary>
public enum OpeningCheck
{
    /// <summary>All of it, compared with everything that was recorded.</summary>
    Full,

    /// <summary>
    /// Its hash and its SQL, when it has passed a full verification with that hash before; else all of it. For those who load rows by the COPY protocol alone and
    /// compare them afterwards.
    /// </summary>
    Unchanged,

    /// <summary>
    /// Nothing but manifest and index: members are compared with the index one by one as they are read. For those who, besides, run no script of it.
    /// </summary>
    Members,
}
