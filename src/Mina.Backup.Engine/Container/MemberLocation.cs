namespace Mina.Backup.Engine.Container;

/// <summary>Where a gzip member stands.</summary>
/// <param name="Offset">Offset of its first byte in the gzip stream, that is before encryption.</param>
/// <param name="Length">Length of the member in bytes.</param>
/// <param name="PlainLength">Length of what it holds, inflated, in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256 of the member's bytes.</param>
public sealed record MemberLocation(long Offset, int Length, int PlainLength, string Sha256);
