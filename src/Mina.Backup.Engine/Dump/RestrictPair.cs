using System.Text.RegularExpressions;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// The two meta-commands that pg_dump itself writes, <c>\restrict KEY</c> and <c>\unrestrict KEY</c>: between them psql takes no other. They come in pairs
/// with one key.
/// </summary>
internal sealed partial class RestrictPair
{
    private string? open;

    /// <summary>Takes a line that is a meta-command; false when it is none of the two, or not the one that can stand here.</summary>
    public bool Take(string text)
    {
        var match = Line().Match(text);
        var closes = match.Groups[1].Success;
        var key = match.Groups[2].Value;
        if (!match.Success || (closes ? open != key : open is not null))
        {
            return false;
        }

        open = closes ? null : key;
        return true;
    }

    [GeneratedRegex(@"^\\(un)?restrict ([A-Za-z0-9]+)\r?\n?$")]
    private static partial Regex Line();
}
