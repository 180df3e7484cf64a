using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>Transactions to find in the write-ahead log. Conditions are combined with and.</summary>
public sealed record FindTransactionRequest
{
    /// <summary>The WAL archive; <c>MINA_WAL_ARCHIVE</c> when null. Without either, the running server's own log alone is read.</summary>
    public string? Archive { get; init; }

    /// <summary>The spool beside the archive; <c>MINA_WAL_SPOOL</c>, else the archive's own, when null.</summary>
    public string? Spool { get; init; }

    /// <summary>Connection URI or Npgsql string of the running server; <c>DATABASE_URL</c> when null.</summary>
    public string? Database { get; init; }

    /// <summary>Whose log; that of whoever the machine is set up for when null.</summary>
    public PitrProvider? Provider { get; init; }

    /// <summary>Do not ask the running server for its log and names.</summary>
    public bool ArchiveOnly { get; init; }

    /// <summary>What opens the archive.</summary>
    public KeyRequest Keys { get; init; } = new();

    /// <summary>Tables by name, with or without schema, with * and ? as wildcards, or by the numbers of their file; all when empty.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>Databases by name, with * and ? as wildcards; all when empty.</summary>
    public IReadOnlyList<string> DatabaseNames { get; init; } = [];

    /// <summary>At least one of these was done to a table that matches; anything when empty.</summary>
    public IReadOnlyList<TransactionOperation> Operations { get; init; } = [];

    /// <summary>Committed at this time or later.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Committed before this time.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Touched at least so many rows by what matches.</summary>
    public long MinimumRows { get; init; } = 1;

    /// <summary>Only the biggest so many.</summary>
    public int? First { get; init; }

    /// <summary>Timeline to follow; the newest when null.</summary>
    public uint? Timeline { get; init; }

    /// <summary>Stretches of the log read at once; from the number of cores when null.</summary>
    public int? Jobs { get; init; }
}
