using System.Globalization;
using System.Text.RegularExpressions;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>A record that a point can name.</summary>
/// <param name="Lsn">Where it begins.</param>
/// <param name="Time">The commit's time, UTC; null for a restore point.</param>
/// <param name="Xid">The transaction that it ends, the lower 32 bits; null for a restore point.</param>
/// <param name="RestorePoint">The restore point's name; null for a transaction's end.</param>
internal sealed partial record WalMark(Lsn Lsn, DateTimeOffset? Time, uint? Xid, string? RestorePoint)
{
    private static readonly string[] TimeFormats = ["yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>Reads a line of <c>pg_waldump</c>, run with TZ=UTC; null when it is no such record.</summary>
    public static WalMark? TryParse(string line)
    {
        var match = Line().Match(line);
        if (!match.Success || !Lsn.TryParse(match.Groups["lsn"].Value, out var lsn))
        {
            return null;
        }

        if (match.Groups["point"].Success)
        {
            return new WalMark(lsn, null, null, match.Groups["point"].Value);
        }

        // The end of a prepared transaction is written by another one, and names it.
        var xid = match.Groups["prepared"].Success ? match.Groups["prepared"].Value : match.Groups["xid"].Value;
        return DateTime.TryParseExact(match.Groups["time"].Value, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? new WalMark(lsn, new DateTimeOffset(time), uint.Parse(xid, CultureInfo.InvariantCulture), null)
            : null;
    }

    [GeneratedRegex(@"tx:\s*(?<xid>\d+), lsn: (?<lsn>[0-9A-F]+/[0-9A-F]+),.* desc: (?:RESTORE_POINT (?<point>.*)|(?:COMMIT|ABORT)(?:_PREPARED (?<prepared>\d+):)? (?<time>[0-9-]+ [0-9:.]+) UTC.*)$")]
    private static partial Regex Line();
}
