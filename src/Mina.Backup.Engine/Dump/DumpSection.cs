namespace Mina.Backup.Engine.Dump;

/// <summary>The parts of a backup's plain text.</summary>
public enum DumpSection
{
    /// <summary>pg_dump's pre-data: schemas, types, functions, tables without keys.</summary>
    PreData,

    /// <summary>pg_dump's data: COPY runs, large objects, sequence values.</summary>
    Data,

    /// <summary>pg_dump's post-data: keys, indexes, triggers, rules, publications.</summary>
    PostData,

    /// <summary>The index's content repeated as SQL comments.</summary>
    Proof,
}
