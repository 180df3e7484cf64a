using System.Security.Cryptography;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// psql's restricted mode: between <c>\restrict KEY</c> and <c>\unrestrict KEY</c> it obeys no other meta-command. Under a random key of the
/// run, nothing in a file can lift it. Known to 18, 17.6, 16.10, 15.14, 14.19, 13.22 and later (CVE-2025-8714).
/// </summary>
internal sealed class PsqlRestriction
{
    private readonly string? key;

    private PsqlRestriction(string? key) => this.key = key;

    /// <summary>Line that begins it; empty where psql does not know it.</summary>
    public string Begin => key is null ? "" : $"\\restrict {key}\n";

    /// <summary>Line that ends it.</summary>
    public string End => key is null ? "" : $"\n\\unrestrict {key}\n";

    /// <summary>A restriction under a new key, or none where psql is too old; then the scan of the file alone protects.</summary>
    public static PsqlRestriction For(Version psql) =>
        new(IsKnownTo(psql) ? RandomNumberGenerator.GetHexString(32) : null);

    /// <summary>Whether this version of psql knows the commands.</summary>
    public static bool IsKnownTo(Version psql) => psql.Major switch
    {
        >= 18 => true,
        17 => psql.Minor >= 6,
        16 => psql.Minor >= 10,
        15 => psql.Minor >= 14,
        14 => psql.Minor >= 19,
        13 => psql.Minor >= 22,
        _ => false,
    };
}
