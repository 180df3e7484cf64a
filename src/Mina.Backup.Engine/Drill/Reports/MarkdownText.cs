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
            var isMarkup = character switch
            {
                '_' => !IsWord(visible, index - 1) || !IsWord(visible, index + 1),
                '#' => index == 0,
                _ => character is '\\' or '`' or '*' or '[' or ']' or '<' or '>' or '|' or '~' or '&' or '!',
            };
            escaped.Append(isMarkup ? "\\" : "").Append(character);
        }

        return escaped.ToString();
    }

    private static bool IsWord(string text, int index) => index >= 0 && index < text.Length && char.IsLetterOrDigit(text[index]);
}
