namespace Mina.Backup.Engine.Dump;

/// <summary>A place in a script.</summary>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Offset">Byte offset in the plain text, accurate to a chunk.</param>
internal readonly record struct ScriptPosition(long Line, long Offset);
