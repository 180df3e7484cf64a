namespace Mina.Backup.Engine.Dump;

/// <summary>Adds up COPY blocks per table.</summary>
internal sealed class TableTally
{
    private readonly List<Entry> entries = [];
    private readonly Dictionary<string, Entry> byName = new(StringComparer.Ordinal);
    private Entry? currentEntry;
    private CopyRowCounter? counter;
    private int runs;

    /// <summary>The block being read, or the last one.</summary>
    public CopyRun? Run { get; private set; }

    /// <summary>Counter of the block being read.</summary>
    public CopyRowCounter Current => counter ?? throw new InvalidOperationException("No COPY block is open.");

    /// <summary>Starts a block.</summary>
    public void Begin(string table, string columns, string header, bool viaRoot)
    {
        Run = new CopyRun(runs++, table, columns, header);
        if (!byName.TryGetValue(table, out var entry))
        {
            entry = new Entry(table, columns);
            entries.Add(entry);
            byName.Add(table, entry);
        }

        currentEntry = entry;
        entry.ViaRoot |= viaRoot;
        counter = new CopyRowCounter(ColumnPermutation.Between(columns, entry.Columns));
    }

    /// <summary>Ends the block and adds it to its table.</summary>
    public void End()
    {
        currentEntry!.Add(Current);
        counter = null;
    }

    /// <summary>All tables; a block that was cut off counts as far as it went.</summary>
    public IReadOnlyList<ScannedTable> Complete()
    {
        if (counter is not null)
        {
            End();
        }

        return [.. entries.Select(entry => entry.ToTable())];
    }

    private sealed class Entry(string name, string columns)
    {
        private long rows;
        private long bytes;
        private int blocks;
        private TableFingerprint fingerprint;

        public string Columns { get; } = columns;

        public bool ViaRoot { get; set; }

        public void Add(CopyRowCounter counter)
        {
            rows += counter.Rows;
            bytes += counter.Bytes;
            blocks++;
            fingerprint = fingerprint.Add(counter.Fingerprint);
        }

        public ScannedTable ToTable() => new()
        {
            Name = name,
            Columns = Columns,
            Rows = rows,
            Bytes = bytes,
            Fingerprint = fingerprint,
            Runs = blocks,
            LoadsViaPartitionRoot = ViaRoot,
        };
    }
}
