namespace Mina.Backup.Engine.Container;

/// <summary>What was read, known once the last block was handed out.</summary>
public sealed record ContainerReadTotals
{
    /// <summary>The members in file order; empty when the file does not have our member framing.</summary>
    public required IReadOnlyList<MemberLocation> Members { get; init; }

    /// <summary>Plain bytes.</summary>
    public required long PlainLength { get; init; }

    /// <summary>Bytes of the stored file.</summary>
    public required long StoredLength { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the stored file.</summary>
    public required string Sha256 { get; init; }
}
