namespace Mina.Backup.Engine.Restore;

/// <summary>What one session reads at a time: a table, or a range of its blocks.</summary>
/// <param name="Table">Id of the table in the index.</param>
/// <param name="Bytes">About how many bytes of text it gives.</param>
/// <param name="Copy">The COPY statement.</param>
internal sealed record ProofPart(int Table, long Bytes, string Copy);
