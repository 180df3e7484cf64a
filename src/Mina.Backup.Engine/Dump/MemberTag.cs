namespace Mina.Backup.Engine.Dump;

/// <summary>What a member holds; with the member's location it becomes an entry of the index.</summary>
/// <param name="Section">Section that its bytes belong to.</param>
/// <param name="Run">COPY block that it belongs to; null for SQL outside.</param>
/// <param name="Rows">Rows that end in it.</param>
public sealed record MemberTag(DumpSection Section, CopyRun? Run, long Rows);
