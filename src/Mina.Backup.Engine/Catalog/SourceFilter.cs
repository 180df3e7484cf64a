namespace Mina.Backup.Engine.Catalog;

/// <summary>
/// Decides whether a filter stays within the parentheses that are put around it, whoever reads it: <c>WHERE</c> and an expression without
/// comments, semicolons, dollar quotes or escapes. Conditions of extensions are such; see pg_extension_config_dump.
/// </summary>
internal static class SourceFilter
{
    /// <summary>Whether the filter can be used; null, no filter, can.</summary>
    public static bool IsValid(string? filter)
    {
        if (filter is null)
        {
            return true;
        }

        return filter.StartsWith("WHERE", StringComparison.OrdinalIgnoreCase)
            && filter.Length > 5
            && (filter[5] is ' ' or '\t' or '\n' or '\r' || filter[5] == '(')
            && IsClosed(filter);
    }

    private static bool IsClosed(string text)
    {
        var depth = 0;
        var quote = '\0';
        foreach (var (i, character) in text.Index())
        {
            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            if (character is '\0' || (character == '\\' && (quote == '\0' || next == quote)))
            {
                return false;
            }

            if (quote != '\0')
            {
                // A doubled quote closes and opens again, which comes to the same.
                quote = character == quote ? '\0' : quote;
                continue;
            }

            if (character is ';' or '$' or ':' && next != ':' || (character == '-' && next == '-') || (character == '/' && next == '*'))
            {
                return false;
            }

            quote = character is '\'' or '"' ? character : quote;
            depth += character switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth < 0)
            {
                return false;
            }
        }

        return depth == 0 && quote == '\0';
    }
}
