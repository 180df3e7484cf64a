namespace Mina.Backup.Engine.Dump;

/// <summary>Why a script must not be given to psql.</summary>
public enum ScriptHazardKind
{
    /// <summary>A psql meta-command other than the <c>\restrict</c> pair of pg_dump.</summary>
    MetaCommand,

    /// <summary>A COPY statement that pg_dump does not write: from a program, a file, or with text behind it.</summary>
    ForeignCopy,

    /// <summary>The script changes how backslashes in strings are read, which could hide meta-commands.</summary>
    StringSyntax,

    /// <summary>The script chooses an encoding in which a backslash can be half of a character.</summary>
    UnsafeEncoding,

    /// <summary>Text that readers understand differently, so that one of them may find a meta-command in it.</summary>
    Ambiguous,
}

/// <summary>A place in a script that could make psql run programs or read files.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Offset">Byte offset in the plain text.</param>
/// <param name="Text">Beginning of the text there.</param>
public sealed record ScriptHazard(ScriptHazardKind Kind, long Line, long Offset, string Text);
