using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Npgsql;

namespace Mina.Backup.Engine.Drill.Checks;

/// <summary>What a recovered database's catalog says about its own soundness.</summary>
internal sealed class CatalogCheck
{
    private const string UserSchemas = "n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'";

    private readonly ConnectionTarget database;

    public CatalogCheck(ConnectionTarget database) => this.database = database;

    /// <summary>Extensions that are missing or of another version, one sentence each.</summary>
    public async Task<IReadOnlyList<string>> CompareExtensionsAsync(IReadOnlyDictionary<string, string> expected, CancellationToken cancellationToken)
    {
        var found = (await ReadAsync("SELECT extname, extversion FROM pg_catalog.pg_extension", row => (Name: row.GetString(0), Version: row.GetString(1)), cancellationToken))
            .ToDictionary(extension => extension.Name, extension => extension.Version, StringComparer.Ordinal);
        return
        [
            .. expected.Where(extension => !found.ContainsKey(extension.Key)).Select(extension => $"The extension {extension.Key} is missing."),
            .. expected.Where(extension => found.TryGetValue(extension.Key, out var version) && version != extension.Value)
                .Select(extension => $"The extension {extension.Key} has version {found[extension.Key]}, {extension.Value} in the source."),
        ];
    }

    /// <summary>Indexes that are not valid: the name of each, and whether it is the index of a partitioned table, which is valid once every partition has one.</summary>
    public Task<IReadOnlyList<(string Name, bool Partitioned)>> InvalidIndexesAsync(CancellationToken cancellationToken) => ReadAsync(
        $"""
        SELECT i.indexrelid::pg_catalog.regclass::text, c.relkind = 'I'
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND {UserSchemas} ORDER BY 1
        """,
        row => (row.GetString(0), row.GetBoolean(1)),
        cancellationToken);

    /// <summary>Constraints that are not validated: name of each, and of its table or domain.</summary>
    public Task<IReadOnlyList<(string Name, string Of)>> UnvalidatedConstraintsAsync(CancellationToken cancellationToken) => ReadAsync(
        $"""
        SELECT o.conname, CASE WHEN o.conrelid <> 0 THEN o.conrelid::pg_catalog.regclass::text ELSE o.contypid::pg_catalog.regtype::text END
        FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_namespace n ON n.oid = o.connamespace
        WHERE NOT o.convalidated AND {UserSchemas} ORDER BY 2, 1
        """,
        row => (row.GetString(0), row.GetString(1)),
        cancellationToken);

    /// <summary>
    /// Names of constraints that a schema itself leaves unvalidated. A partition or child table has its parent's under the same name, so names decide.
    /// </summary>
    public static IReadOnlySet<string> LeftUnvalidated(SchemaStatements schema) => schema.Texts
        .Where(text => text.Contains("NOT VALID", StringComparison.Ordinal) || text.Contains("NOT ENFORCED", StringComparison.Ordinal))
        .Select(text => SqlStatement.Parse(System.Text.Encoding.UTF8.GetBytes(text)))
        .SelectMany(statement => Enumerable.Range(0, statement.Tokens.Count).Where(place => statement.IsWord(place, "constraint")).Select(place => statement.NameAt(place + 1)))
        .OfType<string>()
        .ToHashSet(StringComparer.Ordinal);

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var session = await new PostgresConnector(database).OpenPinnedAsync(cancellationToken);
        return await SqlQuery.ReadAsync(session, sql, read, cancellationToken);
    }
}
