namespace Mina.Backup.Engine.Container;

/// <summary>Where a member stands: a gzip member, a zstd frame, or a piece of uncompressed text.</summary>
/// <param name="Offset">Offset of its first byte in the content, that is before encryption.</param>
/// <param name="Length">Length of the member in bytes.</param>
/// <param name="PlainLength">Length of what it holds, decompressed, in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of the member's bytes.</param>
public sealed record MemberLocation(long Offset, int Length, int PlainLength, string Sha256);
