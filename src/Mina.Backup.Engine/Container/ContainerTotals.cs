namespace Mina.Backup.Engine.Container;

/// <summary>What was written.</summary>
public sealed record ContainerTotals
{
    /// <summary>The members in file order.</summary>
    public required IReadOnlyList<MemberLocation> Members { get; init; }

    /// <summary>Plain bytes.</summary>
    public required long PlainLength { get; init; }

    /// <summary>Bytes of the content, compressed and not yet encrypted.</summary>
    public required long ContentLength { get; init; }

    /// <summary>Bytes of the stored file.</summary>
    public required long StoredLength { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the stored file.</summary>
    public required string Sha256 { get; init; }
}
