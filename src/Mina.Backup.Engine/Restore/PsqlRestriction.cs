using System.Security.Cryptography;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// psql's restricted mode: between <c>\restrict KEY</c> and <c>\unrestrict KEY</c> it obeys no other meta-command. Under a random key of the
/// run, nothing in a file can lift it. Known to 18, 17.6, 16.10, 15.14, 14.19, 13.22 and later (CVE-2025-8714).
/// </summary>
internal sealed class PsqlRestriction
{
    private readonly string key = RandomNumberGenerator.GetHexString(32);

    /// <summary>Line that begins it.</summary>
    public string Begin => $"\\restrict {key}\n";

    /// <summary>Line that ends it.</summary>
    public string End => $"\n\\unrestrict {key}\n";

    /// <summary>Refuses a psql that cannot be restricted: the scan of a file alone is not trusted to keep it from running commands.</summary>
    /// <exception cref="ToolException"><c>ToolTooOld</c>.</exception>
    public static void EnsureKnownTo(ClientTool psql)
    {
        if (!IsKnownTo(psql.Version))
        {
            throw new ToolException(
                ErrorCatalog.ToolTooOld,
                $"{psql.Path} is version {psql.VersionText}, which has no restricted mode: a changed backup could make it run commands on this machine.",
                new ErrorContext { Target = psql.Program, Action = "Install psql 18, 17.6, 16.10, 15.14, 14.19, 13.22 or newer, or set MINA_PG_BIN to its folder." });
        }
    }

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
