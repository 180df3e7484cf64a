using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>Rows of a branch to compare with the live database.</summary>
public record PitrRowsRequest
{
    /// <summary>Connection URI of the branch.</summary>
    public required string BranchUri { get; init; }

    /// <summary>Its name, for results and messages; null when only a connection is known.</summary>
    public string? BranchName { get; init; }

    /// <summary>Database of the branch; that of the live connection where the branch has a name, else that of <see cref="BranchUri"/>, when null.</summary>
    public string? BranchDatabase { get; init; }

    /// <summary>Connection URI or Npgsql string of the live database; <c>DATABASE_URL</c> when null.</summary>
    public string? Database { get; init; }

    /// <summary>Tables, with or without schema; all of the branch when empty.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>Only rows of the branch for which this SQL condition holds; all when null.</summary>
    public string? Where { get; init; }

    /// <summary>Rows of each kind of difference to show.</summary>
    public int Samples { get; init; } = 5;
}

/// <summary>Rows of a branch to bring back into the live database.</summary>
public sealed record PitrCopyRequest : PitrRowsRequest
{
    /// <summary>Which rows.</summary>
    public PitrCopyMode Mode { get; init; } = PitrCopyMode.Missing;

    /// <summary>Only count.</summary>
    public bool CountOnly { get; init; }

    /// <summary>Keep the live tables' own triggers from firing; those of foreign keys always do.</summary>
    public bool DisableTriggers { get; init; }
}

/// <summary>Tables of a branch to write into CSV files.</summary>
public sealed record PitrExportRequest
{
    /// <summary>Connection URI of the branch.</summary>
    public required string BranchUri { get; init; }

    /// <summary>Its name, for results and messages; null when only a connection is known.</summary>
    public string? BranchName { get; init; }

    /// <summary>Database of the branch; that of <see cref="BranchUri"/> when null.</summary>
    public string? BranchDatabase { get; init; }

    /// <summary>Tables, with or without schema; all of the branch when empty.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>Only rows for which this SQL condition holds; all when null.</summary>
    public string? Where { get; init; }

    /// <summary>Folder for the files, each called after its table.</summary>
    public required string Folder { get; init; }

    /// <summary>Replace files of the same names.</summary>
    public bool Force { get; init; }
}
