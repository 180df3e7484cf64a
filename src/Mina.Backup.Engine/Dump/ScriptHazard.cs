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

    /// <summary>A statement that a plain pg_dump of one database does not write, such as DROP DATABASE, ALTER SYSTEM or DO.</summary>
    ForeignStatement,

    /// <summary>A statement on a database as a whole, as <c>pg_dump --create</c> writes it.</summary>
    WholeDatabase,

    /// <summary>A statement behind the line that says that the dump is complete.</summary>
    BehindTrailer,

    /// <summary>A DROP that fails where there is nothing to drop, as <c>pg_dump --clean</c> writes it without <c>--if-exists</c>.</summary>
    UnconditionalDrop,
}

/// <summary>A place in a script that must not be given to psql: it could run programs, read files, or reach beyond the database.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">Line number, from 1.</param>
/// <param name="Offset">Byte offset in the plain text.</param>
/// <param name="Text">Beginning of the text there.</param>
public sealed record ScriptHazard(ScriptHazardKind Kind, long Line, long Offset, string Text);
