namespace Mina.Backup.Engine.Restore;

/// <summary>Kinds of tokens in a complete statement.</summary>
public enum SqlTokenKind
{
    /// <summary>A keyword or an unquoted identifier.</summary>
    Word,

    /// <summary>An identifier in double quotes.</summary>
    QuotedName,

    /// <summary>A string in single or dollar quotes.</summary>
    Text,

    /// <summary>Any other single character.</summary>
    Symbol,
}

/// <summary>One token of a statement.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">A word in lower case, a quoted name without its quotes, a symbol's character, nothing for a text.</param>
/// <param name="Depth">Parentheses open around it.</param>
/// <param name="End">Offset of the byte behind it in the statement.</param>
public sealed record SqlToken(SqlTokenKind Kind, string Value, int Depth, int End);
