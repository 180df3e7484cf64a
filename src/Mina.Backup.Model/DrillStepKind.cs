namespace Mina.Backup.Model;

/// <summary>The steps of a recovery drill, in their order.</summary>
public enum DrillStepKind
{
    /// <summary>Choosing what is recovered.</summary>
    Selection,

    /// <summary>Making the backup's files available, and manifest and file agreeing with each other.</summary>
    Fetch,

    /// <summary>Decrypting the backup and verifying every byte of it.</summary>
    Verify,

    /// <summary>Starting or checking the server that is restored into.</summary>
    Staging,

    /// <summary>Loading the backup.</summary>
    Restore,

    /// <summary>Making a branch at a point in time.</summary>
    Branch,

    /// <summary>Whether the branch is at exactly the point asked for.</summary>
    Point,

    /// <summary>Rows and fingerprints of every table, and large objects.</summary>
    Rows,

    /// <summary>Values of sequences; none may be behind the recorded one.</summary>
    Sequences,

    /// <summary>Extensions and their versions.</summary>
    Extensions,

    /// <summary>Indexes that are not valid.</summary>
    Indexes,

    /// <summary>Constraints that are not validated.</summary>
    Constraints,

    /// <summary>Physical checks of tables and indexes by <c>pg_amcheck</c>.</summary>
    Amcheck,

    /// <summary>The schema, as <c>pg_dump --schema-only</c> writes it.</summary>
    Schema,

    /// <summary>A check of the operator's own.</summary>
    SmokeTest,

    /// <summary>The time that recovery took, and the data that would be lost, against their targets.</summary>
    Targets,

    /// <summary>Removing what the drill made.</summary>
    CleanUp,
}
