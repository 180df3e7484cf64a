using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Dump;

/// <summary>Reads from the source what pg_dump leaves out or what a later comparison needs. Supports servers 12 to 18.</summary>
public sealed class SourceCatalog
{
    // pg_shdepend knows all but the bootstrap superuser (oid 10), whose dependencies are not recorded. What belongs to an extension comes back
    // with it; 'i' are privileges that an extension granted itself.
    private const string RolesQuery =
        """
        WITH db AS (SELECT oid, datdba, datacl FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()),
        owned (oid, class, owner, acl) AS (
          SELECT oid, 'pg_catalog.pg_class'::regclass, relowner, relacl FROM pg_catalog.pg_class WHERE relpersistence <> 't'
          UNION ALL SELECT oid, 'pg_catalog.pg_proc'::regclass, proowner, proacl FROM pg_catalog.pg_proc
          UNION ALL SELECT oid, 'pg_catalog.pg_type'::regclass, typowner, typacl FROM pg_catalog.pg_type WHERE typrelid = 0 AND typelem = 0
          UNION ALL SELECT oid, 'pg_catalog.pg_namespace'::regclass, nspowner, nspacl FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_'
          UNION ALL SELECT oid, 'pg_catalog.pg_language'::regclass, lanowner, lanacl FROM pg_catalog.pg_language
          UNION ALL SELECT oid, 'pg_catalog.pg_largeobject'::regclass, lomowner, lomacl FROM pg_catalog.pg_largeobject_metadata
          UNION ALL SELECT oid, 'pg_catalog.pg_foreign_data_wrapper'::regclass, fdwowner, fdwacl FROM pg_catalog.pg_foreign_data_wrapper
          UNION ALL SELECT oid, 'pg_catalog.pg_foreign_server'::regclass, srvowner, srvacl FROM pg_catalog.pg_foreign_server
          UNION ALL SELECT oid, 'pg_catalog.pg_default_acl'::regclass, defaclrole, defaclacl FROM pg_catalog.pg_default_acl
          UNION ALL SELECT oid, 'pg_catalog.pg_operator'::regclass, oprowner, NULL FROM pg_catalog.pg_operator
          UNION ALL SELECT oid, 'pg_catalog.pg_opclass'::regclass, opcowner, NULL FROM pg_catalog.pg_opclass
          UNION ALL SELECT oid, 'pg_catalog.pg_opfamily'::regclass, opfowner, NULL FROM pg_catalog.pg_opfamily
          UNION ALL SELECT oid, 'pg_catalog.pg_conversion'::regclass, conowner, NULL FROM pg_catalog.pg_conversion
          UNION ALL SELECT oid, 'pg_catalog.pg_collation'::regclass, collowner, NULL FROM pg_catalog.pg_collation
          UNION ALL SELECT oid, 'pg_catalog.pg_ts_dict'::regclass, dictowner, NULL FROM pg_catalog.pg_ts_dict
          UNION ALL SELECT oid, 'pg_catalog.pg_ts_config'::regclass, cfgowner, NULL FROM pg_catalog.pg_ts_config
          UNION ALL SELECT oid, 'pg_catalog.pg_statistic_ext'::regclass, stxowner, NULL FROM pg_catalog.pg_statistic_ext
          UNION ALL SELECT oid, 'pg_catalog.pg_event_trigger'::regclass, evtowner, NULL FROM pg_catalog.pg_event_trigger
          UNION ALL SELECT oid, 'pg_catalog.pg_publication'::regclass, pubowner, NULL FROM pg_catalog.pg_publication)
        SELECT DISTINCT r.rolname FROM (
          SELECT d.refobjid AS oid FROM pg_catalog.pg_shdepend d, db
            WHERE d.refclassid = 'pg_catalog.pg_authid'::regclass AND d.deptype <> 'i'
              AND (d.dbid = db.oid OR (d.dbid = 0 AND d.classid = 'pg_catalog.pg_database'::regclass AND d.objid = db.oid))
              AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class t
                WHERE d.classid = 'pg_catalog.pg_class'::regclass AND t.oid = d.objid AND t.relpersistence = 't')
              AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
                WHERE d.dbid = db.oid AND e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e')
          UNION SELECT datdba FROM db
          UNION SELECT x.grantee FROM db, pg_catalog.aclexplode(db.datacl) x
          UNION SELECT s.setrole FROM pg_catalog.pg_db_role_setting s, db WHERE s.setdatabase = db.oid
          UNION SELECT 10 FROM owned o WHERE o.oid >= 16384
              AND (o.owner = 10 OR EXISTS (SELECT 1 FROM pg_catalog.aclexplode(o.acl) x WHERE x.grantee = 10))
              AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')
        ) used JOIN pg_catalog.pg_roles r ON r.oid = used.oid
        WHERE r.rolname !~ '^pg_'
        ORDER BY 1
        """;

    private const string TablespacesQuery =
        """
        SELECT DISTINCT t.spcname FROM pg_catalog.pg_tablespace t
        WHERE t.spcname NOT IN ('pg_default', 'pg_global')
          AND (t.oid IN (SELECT reltablespace FROM pg_catalog.pg_class)
            OR t.oid = (SELECT dattablespace FROM pg_catalog.pg_database WHERE datname = current_database()))
        ORDER BY 1
        """;

    // Tables hashed by an enum: pg_dump loads all rows below them through the topmost root, as an enum's oids, and so its hashes, change.
    internal const string UnsafePartitioned =
        """
        WITH hashed (oid) AS (
          SELECT p.partrelid FROM pg_catalog.pg_partitioned_table p
          WHERE EXISTS (SELECT 1 FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am a ON a.oid = o.opcmethod
            WHERE o.opcname = 'enum_ops' AND o.opcnamespace = 'pg_catalog'::regnamespace AND a.amname = 'hash' AND o.oid = ANY (p.partclass)))
        """;

    // Rows that an extension brought itself are not dumped; the same condition must hold when a copy is read again.
    private const string SourcesQuery = UnsafePartitioned +
        """

        SELECT n.nspname, c.relname, n.nspname, c.relname, u.condition
        FROM pg_catalog.pg_extension e, ROWS FROM (pg_catalog.unnest(e.extconfig), pg_catalog.unnest(e.extcondition)) AS u(oid, condition),
          pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = u.oid AND u.condition <> ''
        UNION ALL
        SELECT rn.nspname, r.relname, n.nspname, c.relname, ''
        FROM hashed h JOIN pg_catalog.pg_class c ON c.oid = h.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_class r ON r.oid = pg_catalog.pg_partition_root(h.oid) JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
        WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_partition_ancestors(h.oid) a(oid) JOIN hashed x ON x.oid = a.oid WHERE a.oid <> h.oid)
        ORDER BY 1, 2, 3, 4
        """;

    private const string DataTablesQuery = UnsafePartitioned +
        """

        SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
            WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
          AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_partition_ancestors(c.oid) a(oid) JOIN hashed x ON x.oid = a.oid)
        ORDER BY 1
        """;

    private readonly NpgsqlConnection connection;

    /// <summary>Reads over a session; what it sees is what the session sees.</summary>
    public SourceCatalog(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Roles that objects, privileges and settings of the database refer to.</summary>
    public Task<IReadOnlyList<string>> ReadRolesAsync(CancellationToken cancellationToken) => ReadNamesAsync(RolesQuery, cancellationToken);

    /// <summary>Tablespaces in use, without the built-in ones.</summary>
    public Task<IReadOnlyList<string>> ReadTablespacesAsync(CancellationToken cancellationToken) => ReadNamesAsync(TablespacesQuery, cancellationToken);

    /// <summary>Ordinary tables that hold data of their own, qualified and quoted as pg_dump writes them.</summary>
    public Task<IReadOnlyList<string>> ReadDataTablesAsync(CancellationToken cancellationToken) => ReadNamesAsync(DataTablesQuery, cancellationToken);

    /// <summary>Extensions, name to version.</summary>
    public Task<IReadOnlyDictionary<string, string>> ReadExtensionsAsync(CancellationToken cancellationToken) =>
        ReadPairsAsync("SELECT extname, extversion FROM pg_catalog.pg_extension ORDER BY 1", cancellationToken);

    /// <summary>Settings that the text of a row depends on and that a session cannot pin for all.</summary>
    public Task<IReadOnlyDictionary<string, string>> ReadSessionSettingsAsync(CancellationToken cancellationToken) =>
        ReadPairsAsync("SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ('lc_monetary', 'xmloption') ORDER BY 1", cancellationToken);

    /// <summary>
    /// Tables that a re-scan cannot read by their name alone: normalized name to where their rows are found.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<IndexSource>>> ReadSourcesAsync(CancellationToken cancellationToken)
    {
        var sources = new Dictionary<string, IReadOnlyList<IndexSource>>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(SourcesQuery, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var table = SqlText.Qualified(reader.GetString(0), reader.GetString(1));
            var condition = reader.GetString(4).Trim();
            var source = new IndexSource(SqlText.Qualified(reader.GetString(2), reader.GetString(3)), condition.Length == 0 ? null : condition);
            sources[table] = sources.TryGetValue(table, out var others) ? [.. others, source] : [source];
        }

        return sources;
    }

    /// <summary>Properties of the database that pg_dump leaves out without <c>--create</c>.</summary>
    public async Task<DatabaseProperties> ReadDatabaseAsync(CancellationToken cancellationToken) =>
        (await DatabasePropertiesReader.ReadAsync(connection, connection.Database, cancellationToken))!;

    private async Task<IReadOnlyList<string>> ReadNamesAsync(string sql, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadPairsAsync(string sql, CancellationToken cancellationToken)
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            pairs[reader.GetString(0)] = reader.GetString(1);
        }

        return pairs;
    }
}
