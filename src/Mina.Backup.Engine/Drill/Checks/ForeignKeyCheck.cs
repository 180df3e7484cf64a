using System.Globalization;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Drill.Checks;

/// <summary>
/// Looks for rows whose foreign key leads nowhere, by a query as PostgreSQL itself runs it when a key is added. A copy of files comes with its constraints marked as valid, whatever
/// its rows hold.
/// </summary>
internal static class ForeignKeyCheck
{
    // unnest stands without its schema: only so does it take several arrays. Keys of partitioned tables are looked at at their root; NULL in any column frees a row, as with MATCH SIMPLE.
    private const string Keys = """
        SELECT o.conname, o.conrelid::pg_catalog.regclass::text,
          pg_catalog.format('SELECT pg_catalog.count(*) FROM %s%s f WHERE %s AND NOT EXISTS (SELECT FROM %s%s p WHERE %s)',
            CASE WHEN f.relkind = 'p' THEN '' ELSE 'ONLY ' END, o.conrelid::pg_catalog.regclass,
            pg_catalog.string_agg(pg_catalog.format('f.%I IS NOT NULL', a.attname), ' AND ' ORDER BY k.n),
            CASE WHEN p.relkind = 'p' THEN '' ELSE 'ONLY ' END, o.confrelid::pg_catalog.regclass,
            pg_catalog.string_agg(pg_catalog.format('p.%I OPERATOR(%s.%s) f.%I', b.attname, pg_catalog.quote_ident(s.nspname), op.oprname, a.attname), ' AND ' ORDER BY k.n))
        FROM pg_catalog.pg_constraint o
        JOIN pg_catalog.pg_class f ON f.oid = o.conrelid JOIN pg_catalog.pg_class p ON p.oid = o.confrelid
        CROSS JOIN LATERAL unnest(o.conkey, o.confkey, o.conpfeqop) WITH ORDINALITY k(child, parent, operator, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.child
        JOIN pg_catalog.pg_attribute b ON b.attrelid = o.confrelid AND b.attnum = k.parent
        JOIN pg_catalog.pg_operator op ON op.oid = k.operator JOIN pg_catalog.pg_namespace s ON s.oid = op.oprnamespace
        WHERE o.contype = 'f' AND o.convalidated AND o.conparentid = 0
        GROUP BY o.oid, o.conname, o.conrelid, o.confrelid, f.relkind, p.relkind ORDER BY 2, 1
        """;

    /// <summary>Looks at every validated key; gives their number and what is wrong, a sentence each.</summary>
    public static async Task<(int Keys, IReadOnlyList<string> Differences)> RunAsync(ConnectionTarget database, CancellationToken cancellationToken)
    {
        await using var session = await new PostgresConnector(database).OpenPinnedAsync(cancellationToken);
        var keys = await SqlQuery.ReadAsync(session, Keys, row => (Name: row.GetString(0), Table: row.GetString(1), Query: row.GetString(2)), cancellationToken);
        var differences = new List<string>();
        foreach (var key in keys)
        {
            var lost = (await SqlQuery.ReadAsync(session, key.Query, row => row.GetInt64(0), cancellationToken))[0];
            if (lost > 0)
            {
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"{lost} rows of {key.Table} in {database.Database} have a {key.Name} that leads nowhere."));
            }
        }

        return (keys.Count, differences);
    }
}
