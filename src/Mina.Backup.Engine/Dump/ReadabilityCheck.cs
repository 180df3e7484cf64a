using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Dump;

/// <summary>
/// Asks before the dump whether the role may read everything. pg_dump would fail too, but after a while, in the server's language,
/// and with the first object only.
/// </summary>
internal sealed class ReadabilityCheck(ServerInfo server)
{
    private const int NamedAtMost = 5;

    // Members of extensions are dumped only when the extension marks them as configuration.
    private const string Sql =
        """
        SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
               NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                 OR NOT CASE c.relkind WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
                                       ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END,
               pg_catalog.row_security_active(c.oid)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'
          AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND (c.oid IN (SELECT pg_catalog.unnest(extconfig) FROM pg_catalog.pg_extension)
            OR NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
              WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e'))
        ORDER BY 1
        """;

    /// <summary>Looks at every table and sequence that a dump without exclusions reads.</summary>
    /// <exception cref="ServerException"><c>PermissionDenied</c>, <c>RowSecurityHidesRows</c>, naming the objects.</exception>
    public async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (server.IsSuperuser)
        {
            return;
        }

        var denied = new List<string>();
        var hidden = new List<string>();
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetBoolean(1))
            {
                denied.Add(reader.GetString(0));
            }
            else if (reader.GetBoolean(2))
            {
                hidden.Add(reader.GetString(0));
            }
        }

        ThrowIfAny(denied, ErrorCatalog.PermissionDenied, $"Role {server.User} may not read ");
        ThrowIfAny(hidden, ErrorCatalog.RowSecurityHidesRows, $"Row-level security would hide rows from role {server.User} in ");
    }

    private static void ThrowIfAny(List<string> objects, ErrorDefinition definition, string beginning)
    {
        if (objects.Count > 0)
        {
            var more = objects.Count - NamedAtMost;
            var rest = more > 0 ? $" and {more.ToString(CultureInfo.InvariantCulture)} more" : string.Empty;
            throw new ServerException(definition, $"{beginning}{string.Join(", ", objects.Take(NamedAtMost))}{rest}.", new ErrorContext { Target = objects[0] });
        }
    }
}
