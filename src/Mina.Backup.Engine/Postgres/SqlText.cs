namespace Mina.Backup.Engine.Postgres;

/// <summary>Quotes names and values for SQL text, where parameters cannot be used.</summary>
public static class SqlText
{
    /// <summary>A name in double quotes, so that any name is taken as it is.</summary>
    public static string Identifier(string name)
    {
        Check(name);
        return $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Schema and name, each quoted.</summary>
    public static string Qualified(string schema, string name) => $"{Identifier(schema)}.{Identifier(name)}";

    /// <summary>
    /// A string literal that reads the same under both values of <c>standard_conforming_strings</c>:
    /// with a backslash in it, it becomes an <c>E''</c> literal.
    /// </summary>
    public static string Literal(string value)
    {
        Check(value);
        var quoted = value.Replace("'", "''", StringComparison.Ordinal);
        return quoted.Contains('\\', StringComparison.Ordinal)
            ? $" E'{quoted.Replace("\\", "\\\\", StringComparison.Ordinal)}'"
            : $"'{quoted}'";
    }

    private static void Check(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("PostgreSQL has no NUL character in names and texts.", nameof(text));
        }
    }
}
