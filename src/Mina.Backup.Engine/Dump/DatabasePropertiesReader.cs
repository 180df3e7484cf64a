using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Postgres;
using Npgsql;

namespace Mina.Backup.Engine.Dump;

/// <summary>Reads the properties of a database that pg_dump leaves out, from a session to any database of the server.</summary>
internal static class DatabasePropertiesReader
{
    /// <summary>The properties; null when there is no such database.</summary>
    public static async Task<DatabaseProperties?> ReadAsync(NpgsqlConnection session, string database, CancellationToken cancellationToken)
    {
        var found = await SqlQuery.ReadAsync(session, Query(session.PostgreSqlVersion.Major), Read, cancellationToken, database);
        if (found is not [var properties])
        {
            return null;
        }

        return properties with
        {
            Settings = await ReadSettingsAsync(session, database, cancellationToken),
            SecurityLabels = (await SqlQuery.ReadAsync(
                session,
                """
                SELECT l.provider, l.label FROM pg_catalog.pg_shseclabel l
                JOIN pg_catalog.pg_database d ON l.objoid = d.oid AND l.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
                WHERE d.datname = $1
                ORDER BY l.provider
                """,
                row => (Provider: row.GetString(0), Label: row.GetString(1)),
                cancellationToken,
                database)).ToDictionary(label => label.Provider, label => label.Label),
        };
    }

    // Provider came with 15, ICU rules with 16; 17 renamed daticulocale when builtin locales came.
    private static string Query(int major) =>
        $"""
        SELECT d.datname, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate::pg_catalog.text, d.datctype::pg_catalog.text,
          {(major >= 15 ? "CASE d.datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END" : "'libc'")},
          {(major >= 17 ? "d.datlocale" : major >= 15 ? "d.daticulocale" : "NULL::text")},
          {(major >= 16 ? "d.daticurules" : "NULL::text")},
          d.datconnlimit, d.datistemplate, t.spcname, pg_catalog.shobj_description(d.oid, 'pg_database'), d.datacl::pg_catalog.text[]
        FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
        WHERE d.datname = $1
        """;

    private static DatabaseProperties Read(NpgsqlDataReader row) => new()
    {
        Name = row.GetString(0),
        Owner = row.GetString(1),
        Encoding = row.GetString(2),
        Collate = row.GetString(3),
        CharacterType = row.GetString(4),
        LocaleProvider = row.GetString(5),
        Locale = Text(row, 6),
        IcuRules = Text(row, 7),
        ConnectionLimit = row.GetInt32(8),
        IsTemplate = row.GetBoolean(9),
        Tablespace = row.GetString(10),
        Comment = Text(row, 11),
        Acl = row.IsDBNull(12) ? null : row.GetFieldValue<string[]>(12),
    };

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static async Task<IReadOnlyList<DatabaseSetting>> ReadSettingsAsync(NpgsqlConnection session, string database, CancellationToken cancellationToken) =>
        await SqlQuery.ReadAsync(
            session,
            """
            SELECT r.rolname, pg_catalog.split_part(c.item, '=', 1), pg_catalog.substr(c.item, pg_catalog.strpos(c.item, '=') + 1)
            FROM pg_catalog.pg_db_role_setting s
            JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
            LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
            CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) WITH ORDINALITY c(item, position)
            WHERE d.datname = $1
            ORDER BY r.rolname NULLS FIRST, c.position
            """,
            row => new DatabaseSetting(Text(row, 0), row.GetString(1), row.GetString(2)),
            cancellationToken,
            database);
}
