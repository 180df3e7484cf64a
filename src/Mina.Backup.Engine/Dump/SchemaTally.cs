using System.IO.Hashing;
using System.Text;
using System.Text.RegularExpressions;

namespace Mina.Backup.Engine.Dump;

/// <summary>Takes one statement of a schema, with its hash; of a very long one the beginning.</summary>
internal delegate void SchemaStatementHandler(UInt128 hash, ReadOnlySpan<byte> text);

/// <summary>
/// Fingerprints a schema: the sum modulo 2^128 of XXH128 over its statements, so that it says what there is and not in which order pg_dump wrote it: one run
/// of pg_dump puts privileges behind keys, a run per section before them. Left out is what is no part of the schema: comments, settings of the session, calls
/// (<c>SELECT</c>) and <c>REFRESH</c>. Tablespace, access method and encoding, which pg_dump writes as settings, count with the statements that they are for.
/// </summary>
internal sealed partial class SchemaTally
{
    // Where a table's name and constraint stand.
    private const int Head = 1 << 12;

    private readonly SchemaStatementHandler? handler;
    private readonly XxHash128 hash = new();
    private readonly Dictionary<string, string> settings = new(StringComparer.Ordinal) { ["default_tablespace"] = "''", ["default_table_access_method"] = "heap", ["client_encoding"] = "'UTF8'" };

    public SchemaTally(SchemaStatementHandler? handler) => this.handler = handler;

    /// <summary>The sum so far.</summary>
    public TableFingerprint Fingerprint { get; private set; }

    /// <summary>Starts a statement.</summary>
    public void Begin() => hash.Reset();

    /// <summary>Takes a part of the statement.</summary>
    public void Append(ReadOnlySpan<byte> part) => hash.Append(part);

    /// <summary>Ends the statement.</summary>
    /// <param name="firstWord">Its first word, lower case.</param>
    /// <param name="text">Its text; of a very long one the beginning.</param>
    /// <param name="last">The part that was not given before.</param>
    public void End(string firstWord, ReadOnlySpan<byte> text, ReadOnlySpan<byte> last)
    {
        if (firstWord is "select" or "refresh")
        {
            return;
        }

        var head = Encoding.Latin1.GetString(text[..Math.Min(text.Length, Head)]);
        if (firstWord == "set")
        {
            Remember(head);
            return;
        }

        hash.Append(last);
        if (settings["client_encoding"] is var encoding && encoding != "'UTF8'")
        {
            hash.Append(Encoding.Latin1.GetBytes($"\nENCODING {encoding}"));
        }

        if (firstWord is "create" or "alter" && HasStorage().IsMatch(head))
        {
            hash.Append(Encoding.Latin1.GetBytes(Storage));
        }

        var value = hash.GetCurrentHashAsUInt128();
        Fingerprint = Fingerprint.Add(new TableFingerprint(value));
        handler?.Invoke(value, text);
    }

    // Only what is not the default, so that a dump that never came to say it reads the same.
    private string Storage => string.Concat(
        settings["default_tablespace"] is "''" or "\"\"" ? "" : $"\nTABLESPACE {settings["default_tablespace"]}",
        settings["default_table_access_method"] is "heap" or "''" ? "" : $"\nUSING {settings["default_table_access_method"]}");

    private void Remember(string statement)
    {
        if (Setting().Match(statement) is { Success: true } setting)
        {
            settings[setting.Groups[1].Value] = setting.Groups[2].Value;
        }
    }

    [GeneratedRegex(@"\ASET (default_tablespace|default_table_access_method|client_encoding) = (.*);\z", RegexOptions.Singleline)]
    private static partial Regex Setting();

    [GeneratedRegex("""\A(?:CREATE (?:UNLOGGED )?TABLE|CREATE MATERIALIZED VIEW|CREATE (?:UNIQUE )?INDEX)\s|\AALTER TABLE (?:ONLY )?(?:[^\s"]|"[^"]*")+\s+ADD CONSTRAINT (?:[^\s"]|"[^"]*")+ (?:PRIMARY KEY|UNIQUE|EXCLUDE)\b""")]
    private static partial Regex HasStorage();
}
