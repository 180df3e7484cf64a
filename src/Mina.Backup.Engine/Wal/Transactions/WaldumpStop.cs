using System.Text.RegularExpressions;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Why pg_waldump stopped by itself.</summary>
/// <param name="Message">Its words.</param>
/// <param name="At">The place that it could not read, where it names one.</param>
internal sealed partial record WaldumpStop(string Message, Lsn? At)
{
    /// <summary>Reads what it wrote to standard error.</summary>
    public static WaldumpStop Read(string errorText)
    {
        var message = errorText.Trim();
        // "error in WAL record at <last good one>: invalid record length at <the bad one>: wanted 24, got 0"
        var places = Place().Matches(message);
        return new WaldumpStop(message, places.Count == 0 ? null : Lsn.Parse(places[^1].Value));
    }

    [GeneratedRegex("\\b[0-9A-F]{1,8}/[0-9A-F]{1,8}\\b", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
