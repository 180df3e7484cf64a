using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Finds the pg_waldump that reads a log: it reads that of its own major version alone.</summary>
internal static class WaldumpVersion
{
    // XLOG_PAGE_MAGIC of each major version, from PostgreSQL's access/xlog_internal.h.
    private static readonly Dictionary<ushort, int> Majors = new()
    {
        [0xD101] = 12, [0xD106] = 13, [0xD10D] = 14, [0xD110] = 15, [0xD113] = 16, [0xD116] = 17, [0xD118] = 18,
    };

    /// <summary>Finds the program for a log.</summary>
    /// <param name="tools">Where to look.</param>
    /// <param name="magic">The number that the log's pages begin with.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ToolException"><c>ToolMissing</c>, <c>ToolTooOld</c>.</exception>
    public static async Task<ClientTool> FindAsync(ClientTools tools, ushort magic, CancellationToken cancellationToken)
    {
        if (!Majors.TryGetValue(magic, out var major))
        {
            // A later version, which only its own program knows.
            return await tools.FindAsync("pg_waldump", 0, cancellationToken);
        }

        var tool = await tools.FindAsync("pg_waldump", major, cancellationToken);
        return tool.Version.Major == major ? tool : throw new ToolException(
            ErrorCatalog.ToolMissing,
            string.Create(CultureInfo.InvariantCulture, $"The log was written by PostgreSQL {major}, and {tool.Path} of version {tool.VersionText} does not read it."),
            new ErrorContext
            {
                Target = "pg_waldump",
                Action = string.Create(CultureInfo.InvariantCulture, $"Install the server programs of PostgreSQL {major}, or set MINA_PG_BIN to their folder."),
            });
    }
}
