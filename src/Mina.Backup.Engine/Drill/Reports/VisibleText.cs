using System.Globalization;
using System.Text;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>
/// Makes a foreign text readable as what it is. Names in a database are anything: characters that cannot be seen, or that turn the direction of what
/// follows, could make evidence read differently from what it says.
/// </summary>
internal static class VisibleText
{
    /// <summary>The text on one line, with every invisible character written as its code point.</summary>
    public static string Of(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\r' or '\t')
            {
                visible.Append(' ');
            }
            else if (IsHidden(rune))
            {
                visible.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
            }
            else
            {
                visible.Append(rune);
            }
        }

        return visible.ToString();
    }

    // U+FFFE and U+FFFF are not allowed in XML, and are no characters.
    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse
        || (rune.Value & 0xFFFE) == 0xFFFE;
}
