using System.Text;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>Foreign texts in Markdown.</summary>
internal static class MarkdownText
{
    /// <summary>The text on one line, without a character that could be markup, also in a table's cell. An underscore within a word is none.</summary>
    public static string Escape(string text)
    {
        var visible = VisibleText.Of(text);
        var escaped = new StringBuilder(visible.Length);
        for (var index = 0; index < visible.Length; index++)
        {
            var character = visible[index];
            escaped.Append(character switch
            {
                // Entities, as not every reader takes a backslash before these.
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '\\' or '`' or '*' or '[' or ']' or '|' or '~' or '!' => $"\\{character}",
                '_' when !IsWord(visible, index - 1) || !IsWord(visible, index + 1) => "\\_",
                '#' when index == 0 => "\\#",
                _ => character.ToString(),
            });
        }

        return escaped.ToString();
    }

    private static bool IsWord(string text, int index) => index >= 0 && index < text.Length && char.IsLetterOrDigit(text[index]);
}
