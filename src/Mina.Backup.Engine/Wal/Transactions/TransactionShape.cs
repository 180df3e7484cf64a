namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>
/// What a transaction did, immutable. Transactions of one kind do the same over and over, so those that did the same share one object:
/// see <see cref="TransactionShapes"/>.
/// </summary>
internal sealed class TransactionShape
{
    /// <summary>Copies what was done.</summary>
    public TransactionShape(TransactionWork work)
    {
        Tallies = work.Tallies.ToArray();
        Created = work.Created is { } created ? [.. created] : [];
        CatalogDeletes = work.CatalogDeletes;
    }

    /// <summary>Rows per file.</summary>
    public RelationTally[] Tallies { get; }

    /// <summary>Files created.</summary>
    public RelationFile[] Created { get; }

    /// <summary>Rows deleted from <c>pg_class</c>.</summary>
    public long CatalogDeletes { get; }

    /// <summary>Whether it says what some work says.</summary>
    public bool Is(TransactionWork work) =>
        Tallies.AsSpan().SequenceEqual(work.Tallies) && CatalogDeletes == work.CatalogDeletes && Created.AsSpan().SequenceEqual(work.Created is { } created ? [.. created] : []);

    /// <summary>A number that two equal works have in common.</summary>
    public static int HashOf(TransactionWork work)
    {
        var hash = new HashCode();
        foreach (ref readonly var tally in work.Tallies)
        {
            hash.Add(tally.File.Filenode);
            hash.Add(tally.Inserted);
            hash.Add(tally.Updated);
            hash.Add(tally.Deleted);
        }

        return hash.ToHashCode();
    }
}
