using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Mina.Backup.Engine.Restore;

/// <summary>Names of the databases that a restore makes, and how a later run recognizes those that it left behind.</summary>
/// <param name="Target">Database to restore into.</param>
/// <param name="StartedAt">Start of the run, UTC.</param>
internal sealed record RestoreNames(string Target, DateTimeOffset StartedAt)
{
    // PostgreSQL cuts names after 63 bytes (NAMEDATALEN - 1), silently; these are cut before, at a character's edge.
    private const int MaximumBytes = 63;
    private const string CopyInfix = "_mina_restore_";
    private const string AsideInfix = "_before_restore_";
    private const string TimestampFormat = "yyyyMMdd_HHmmss";
    private const string MarkerStart = "Unfinished restore by mina-backup ";
    private const string KeptStart = "Proven restore by mina-backup, kept because it could not be put in place of ";

    /// <summary>The database that is loaded and proven.</summary>
    public string Copy => Compose(CopyInfix);

    /// <summary>The name under which the live database is set aside.</summary>
    public string Aside => Compose(AsideInfix);

    /// <summary>The comment of the copy while it is not in place.</summary>
    public string Marker => MarkerStart + JsonSerializer.Serialize(Target);

    /// <summary>The comment of a proven copy that could not be put in place: no later run takes it for a leftover.</summary>
    public string KeptMarker => KeptStart + JsonSerializer.Serialize(Target);

    /// <summary>Advisory lock that a living run holds for its copy.</summary>
    public static long LockKey(string copy) => unchecked((long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(copy)));

    /// <summary>
    /// Whether a database is the copy of a restore of this target that did not end: its name has the form, and it carries the marker,
    /// or no comment at all when the run was killed before it set one.
    /// </summary>
    public bool IsLeftover(string database, string? comment)
    {
        var prefix = Prefix(CopyInfix);
        return database.Length == prefix.Length + TimestampFormat.Length
            && database.StartsWith(prefix, StringComparison.Ordinal)
            && DateTime.TryParseExact(database[prefix.Length..], TimestampFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && (comment is null || comment == Marker);
    }

    private string Compose(string infix) => Prefix(infix) + StartedAt.UtcDateTime.ToString(TimestampFormat, CultureInfo.InvariantCulture);

    private string Prefix(string infix)
    {
        var room = MaximumBytes - infix.Length - TimestampFormat.Length;
        var name = Target;
        while (Encoding.UTF8.GetByteCount(name) > room)
        {
            name = name[..^(char.IsLowSurrogate(name[^1]) ? 2 : 1)];
        }

        return name + infix;
    }
}
