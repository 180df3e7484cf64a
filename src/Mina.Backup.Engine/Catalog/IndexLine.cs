namespace Mina.Backup.Engine.Catalog;

/// <summary>One line of an index file: a JSON object with exactly one of these properties.</summary>
public sealed record IndexLine
{
    /// <summary>The first line.</summary>
    public IndexHeader? Header { get; init; }

    /// <summary>A table; its id is its position among the tables, from 0.</summary>
    public IndexTable? Table { get; init; }

    /// <summary>A large object.</summary>
    public IndexLargeObject? LargeObject { get; init; }

    /// <summary>A sequence.</summary>
    public IndexSequence? Sequence { get; init; }

    /// <summary>A member of the data file.</summary>
    public IndexMember? Member { get; init; }

    /// <summary>The last line: how many of each kind came before, so that a cut is noticed.</summary>
    public IndexEnd? End { get; init; }
}

/// <summary>Counts of the lines before it.</summary>
/// <param name="Tables">Tables.</param>
/// <param name="LargeObjects">Large objects.</param>
/// <param name="Sequences">Sequences.</param>
/// <param name="Members">Members; 0 in a proof member, which cannot list itself.</param>
public sealed record IndexEnd(int Tables, int LargeObjects, int Sequences, int Members);
