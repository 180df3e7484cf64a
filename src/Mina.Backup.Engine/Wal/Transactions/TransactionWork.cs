namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>What one transaction, or one subtransaction, did so far. Reused once its end was seen.</summary>
internal sealed class TransactionWork
{
    // Most transactions touch a few files, and the same one many times in a row; few touch thousands of partitions.
    private const int Few = 12;
    private RelationTally[] tallies = new RelationTally[4];
    private Dictionary<RelationFile, int>? places;
    private int count;
    private int last;

    /// <summary>Rows per file, in the order of their first touch.</summary>
    public ReadOnlySpan<RelationTally> Tallies => tallies.AsSpan(0, count);

    /// <summary>Files that it created.</summary>
    public List<RelationFile>? Created { get; private set; }

    /// <summary>Rows that it took out of <c>pg_class</c>: relations dropped, by the only trace that servers before 15 leave.</summary>
    public long CatalogDeletes { get; set; }

    /// <summary>Whether it did anything worth telling.</summary>
    public bool IsEmpty => count == 0 && Created is null && CatalogDeletes == 0;

    /// <summary>Counts rows.</summary>
    public void Add(RelationFile file, RowOperation operation, long rows)
    {
        ref var tally = ref Find(file);
        tally = tally.Add(operation, rows);
    }

    /// <summary>Notes a new file.</summary>
    public void AddCreated(RelationFile file) => (Created ??= []).Add(file);

    /// <summary>Takes over what a subtransaction, or the same transaction in an earlier stretch of the log, did.</summary>
    public void Add(TransactionWork other) => Add(other.Tallies, other.Created is null ? [] : [.. other.Created], other.CatalogDeletes);

    /// <inheritdoc cref="Add(TransactionWork)"/>
    public void Add(TransactionShape other) => Add(other.Tallies, other.Created, other.CatalogDeletes);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        count = 0;
        last = 0;
        places = null;
        Created = null;
        CatalogDeletes = 0;
    }

    private void Add(ReadOnlySpan<RelationTally> other, ReadOnlySpan<RelationFile> created, long catalogDeletes)
    {
        foreach (ref readonly var tally in other)
        {
            ref var own = ref Find(tally.File);
            own = own.Add(tally);
        }

        foreach (var file in created)
        {
            AddCreated(file);
        }

        CatalogDeletes += catalogDeletes;
    }

    private ref RelationTally Find(RelationFile file)
    {
        if (last < count && tallies[last].File == file)
        {
            return ref tallies[last];
        }

        last = PlaceOf(file);
        if (last == count)
        {
            Append(file);
        }

        return ref tallies[last];
    }

    private int PlaceOf(RelationFile file)
    {
        if (places is not null)
        {
            return places.GetValueOrDefault(file, count);
        }

        var place = 0;
        while (place < count && tallies[place].File != file)
        {
            place++;
        }

        return place;
    }

    private void Append(RelationFile file)
    {
        if (count == tallies.Length)
        {
            Array.Resize(ref tallies, count * 2);
        }

        tallies[count] = new RelationTally(file, 0, 0, 0);
        if (places is not null)
        {
            places.Add(file, count);
        }
        else if (count == Few)
        {
            places = [];
            for (var i = 0; i <= count; i++)
            {
                places.Add(tallies[i].File, i);
            }
        }

        count++;
    }
}
