namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// Settings of every session that prints or reads rows: the dump's, the restore's and each re-scan's. A row's text, or what is made of
/// it, depends on them, and pg_dump leaves several of them to the database's and the role's own settings.
/// </summary>
public static class PinnedSettings
{
    private static readonly KeyValuePair<string, string>[] Common =
    [
        new("TimeZone", "UTC"),
        new("bytea_output", "hex"),
        new("DateStyle", "ISO"),
        new("IntervalStyle", "postgres"),
        new("extra_float_digits", "3"),
        new("xmloption", "content"),
        new("array_nulls", "on"),
        // Else pg_dump writes a script in the old string syntax, which nothing here reads.
        new("standard_conforming_strings", "on"),
        new("transform_null_equals", "off"),
        new("search_path", ""),
        new("quote_all_identifiers", "off"),
        new("row_security", "off"),
        new("synchronize_seqscans", "off"),
        new("statement_timeout", "0"),
        new("lock_timeout", "0"),
        new("idle_in_transaction_session_timeout", "0"),
    ];

    /// <summary>The settings that every supported server knows (12 and later).</summary>
    public static IReadOnlyDictionary<string, string> Values { get; } =
        Common.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal);

    /// <summary>The settings for a server of a major version: newer ones have more timeouts to switch off.</summary>
    public static IReadOnlyDictionary<string, string> ForServer(int major)
    {
        var settings = new Dictionary<string, string>(Values, StringComparer.Ordinal);
        if (major >= 14)
        {
            settings["idle_session_timeout"] = "0";
        }

        if (major >= 17)
        {
            settings["transaction_timeout"] = "0";
        }

        return settings;
    }

    /// <summary>The common settings as <c>PGOPTIONS</c> takes them.</summary>
    public static string ToOptions() => Format(Values);

    /// <summary>The settings for a server of a major version as <c>PGOPTIONS</c> takes them.</summary>
    public static string ToOptions(int major) => Format(ForServer(major));

    // The values hold no blank and no backslash, so nothing needs escaping. search_path stays out: the client programs empty it
    // themselves, and pg_dump resolves --exclude-table patterns by the session's own, as an operator expects.
    private static string Format(IReadOnlyDictionary<string, string> settings) =>
        string.Join(' ', settings.Where(setting => setting.Value.Length > 0).Select(setting => $"-c {setting.Key}={setting.Value}"));
}
