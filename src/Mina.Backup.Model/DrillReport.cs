namespace Mina.Backup.Model;

/// <summary>A report on drills that was written.</summary>
public sealed record DrillReport
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>How it is written.</summary>
    public required DrillReportFormat Format { get; init; }

    /// <summary>Drills that it describes.</summary>
    public required int Drills { get; init; }

    /// <summary>Verdict of the newest of them.</summary>
    public required DrillVerdict Verdict { get; init; }

    /// <summary>Whether every record of the history is what was written, and none is missing.</summary>
    public required bool IsHistoryIntact { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the file, 64 lowercase hexadecimal digits.</summary>
    public required string Sha256 { get; init; }
}
