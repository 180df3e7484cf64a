namespace Mina.Backup.Model;

/// <summary>A table of a branch that was written into a CSV file.</summary>
public sealed record PitrExport
{
    /// <summary>Schema and name, quoted where SQL needs it.</summary>
    public required string Table { get; init; }

    /// <summary>Name of the branch; null when a connection was given.</summary>
    public string? Branch { get; init; }

    /// <summary>Full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Rows in it, the header not counted.</summary>
    public required long Rows { get; init; }

    /// <summary>Bytes of it.</summary>
    public required long Size { get; init; }
}
