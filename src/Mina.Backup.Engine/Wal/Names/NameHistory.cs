using Mina.Backup.Engine.Wal.Transactions;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Names;

/// <summary>Names of files over time, from all maps that there are.</summary>
internal sealed class NameHistory
{
    private readonly Dictionary<RelationFile, List<(int Epoch, NamedRelation Relation)>> files = [];
    private readonly Dictionary<(uint Database, uint Oid), HashSet<(string Schema, string Name)>> names = [];
    private readonly Dictionary<uint, string> databases = [];
    private readonly Dictionary<RelationFile, NamedRelation> learned = [];
    private readonly Dictionary<(uint Database, uint Oid), NamedRelation> originals = [];
    private readonly List<FilenodeMap> maps;
    private readonly Dictionary<(int Epoch, uint Database), HashSet<uint>> present = [];

    /// <summary>Orders maps, such as those of an archive and that of a live server.</summary>
    public NameHistory(IEnumerable<FilenodeMap> maps)
    {
        this.maps = [.. maps.OrderBy(map => map.Lsn)];
        for (var epoch = 0; epoch < this.maps.Count; epoch++)
        {
            foreach (var database in this.maps[epoch].Databases)
            {
                Add(epoch, database);
            }
        }
    }

    /// <summary>Number of the newest map that is not behind a place; -1 before the first one. What was found for an epoch holds for all places of it.</summary>
    public int EpochAt(Lsn lsn)
    {
        var low = 0;
        var high = maps.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (maps[middle].Lsn <= lsn)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    /// <summary>
    /// What a file held in an epoch: by the newest map up to it that knows the file, else by the first one behind. A file that was given up before any map saw it was
    /// the first one of the relation whose OID it has for a number, as both come from one counter. Null when none knows.
    /// </summary>
    public NamedRelation? Find(RelationFile file, int epoch)
    {
        if (!files.TryGetValue(file, out var known))
        {
            return learned.GetValueOrDefault(file) ?? originals.GetValueOrDefault((file.Database, file.Filenode));
        }

        var before = known.FindLastIndex(item => item.Epoch <= epoch);
        return known[Math.Max(before, 0)].Relation;
    }

    /// <summary>Takes from the log itself what a new file holds; what a map says goes before it.</summary>
    public void Learn(RelationFile file, NamedRelation relation) => learned[file] = relation;

    /// <summary>Name of a database; null when no map knows it.</summary>
    public string? DatabaseOf(RelationFile file) => databases.GetValueOrDefault(file.Database);

    /// <summary>All names that any table ever had.</summary>
    public IEnumerable<(string Schema, string Name)> Names => names.Values.SelectMany(found => found);

    /// <summary>All names that a table ever had.</summary>
    public IEnumerable<(string Schema, string Name)> NamesOf(uint database, uint oid) => names.TryGetValue((database, oid), out var found) ? found : [];

    /// <summary>Whether a table was still there behind an epoch; null when no later map tells.</summary>
    public bool? ExistsAfter(int epoch, uint database, uint oid)
    {
        for (var later = epoch + 1; later < maps.Count; later++)
        {
            if (present.TryGetValue((later, database), out var oids))
            {
                return oids.Contains(oid);
            }
        }

        return null;
    }

    private void Add(int epoch, MappedDatabase database)
    {
        databases[database.Oid] = database.Name;
        Dictionary<uint, MappedRelation> byOid = [];
        foreach (var relation in database.Relations)
        {
            byOid[relation.Oid] = relation;
        }

        present[(epoch, database.Oid)] = [.. byOid.Keys];
        foreach (var relation in database.Relations)
        {
            var table = relation.Owner is { } owner && byOid.TryGetValue(owner, out var found) ? found : relation;
            var root = table.Root is { } oid ? byOid.GetValueOrDefault(oid) : null;
            Name(database.Oid, relation);
            if (relation.Filenode == 0)
            {
                continue;
            }

            var named = new NamedRelation(database.Name, database.Oid, table, relation.Kind is 'r' or 'm', root);
            // How many rows it had before nobody knows.
            originals.TryAdd((database.Oid, relation.Oid), named with { Table = table with { Rows = null } });

            var file = new RelationFile(relation.Tablespace, database.Oid, relation.Filenode);
            if (!files.TryGetValue(file, out var known))
            {
                files.Add(file, known = []);
            }

            known.Add((epoch, named));
        }
    }

    private void Name(uint database, MappedRelation relation)
    {
        if (!names.TryGetValue((database, relation.Oid), out var known))
        {
            names.Add((database, relation.Oid), known = []);
        }

        known.Add((relation.Schema, relation.Name));
    }
}
