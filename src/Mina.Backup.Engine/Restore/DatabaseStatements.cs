using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Restore;

/// <summary>SQL that makes a database like another and gives it the properties that pg_dump leaves out.</summary>
internal static class DatabaseStatements
{
    // Settings whose value is a list of names; each is quoted by itself, as pg_dump does (variable_is_guc_list_quote).
    private static readonly HashSet<string> ListSettings = new(StringComparer.OrdinalIgnoreCase)
    {
        "local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories",
    };

    private static readonly Dictionary<char, string> Privileges = new() { ['C'] = "CREATE", ['T'] = "TEMPORARY", ['c'] = "CONNECT" };

    /// <summary>Whether a server has to stand in for a locale of the builtin provider, which came with PostgreSQL 17.</summary>
    public static bool ReplacesLocale(DatabaseProperties like, int serverMajor) => like.LocaleProvider == "builtin" && serverMajor < 17;

    /// <summary>CREATE DATABASE from template0, with encoding and locale of the original.</summary>
    /// <param name="name">Name of the new database.</param>
    /// <param name="like">The original.</param>
    /// <param name="owner">Owner; null for the connecting role.</param>
    /// <param name="tablespace">Tablespace; null for the server's default.</param>
    /// <param name="serverMajor">Major version of the server.</param>
    public static string Create(string name, DatabaseProperties like, string? owner, string? tablespace, int serverMajor)
    {
        var sql = new StringBuilder($"CREATE DATABASE {SqlText.Identifier(name)} TEMPLATE template0 ENCODING {SqlText.Literal(like.Encoding)}");
        if (owner is not null)
        {
            sql.Append(CultureInfo.InvariantCulture, $" OWNER {SqlText.Identifier(owner)}");
        }

        if (ReplacesLocale(like, serverMajor))
        {
            // Builtin locales sort by code point, as the library's C does.
            like = like with { LocaleProvider = "libc", Collate = "C" };
        }

        sql.Append(CultureInfo.InvariantCulture, $" LC_COLLATE {SqlText.Literal(like.Collate)} LC_CTYPE {SqlText.Literal(like.CharacterType)}");
        if (serverMajor >= 15)
        {
            sql.Append(CultureInfo.InvariantCulture, $" LOCALE_PROVIDER {(like.LocaleProvider is "icu" or "builtin" ? like.LocaleProvider : "libc")}");
            sql.Append(like switch
            {
                { LocaleProvider: "icu", Locale: { } locale } => $" ICU_LOCALE {SqlText.Literal(locale)}",
                { LocaleProvider: "builtin", Locale: { } locale } => $" BUILTIN_LOCALE {SqlText.Literal(locale)}",
                _ => "",
            });
            sql.Append(like.IcuRules is { } rules ? $" ICU_RULES {SqlText.Literal(rules)}" : "");
        }

        return sql.Append(tablespace is null ? "" : $" TABLESPACE {SqlText.Identifier(tablespace)}").ToString();
    }

    /// <summary>Comment of a database; null removes it.</summary>
    public static string Comment(string database, string? comment) =>
        $"COMMENT ON DATABASE {SqlText.Identifier(database)} IS {(comment is null ? "NULL" : SqlText.Literal(comment))}";

    /// <summary>Makes a database a template, which then cannot be dropped, or an ordinary one.</summary>
    public static string Template(string database, bool isTemplate) =>
        $"ALTER DATABASE {SqlText.Identifier(database)} IS_TEMPLATE {(isTemplate ? "true" : "false")}";

    /// <summary>Connection limit, security labels and settings of another database, in order, each with what it is to an operator.</summary>
    public static IEnumerable<(string What, string Sql)> Properties(string database, DatabaseProperties from)
    {
        var name = SqlText.Identifier(database);
        if (from.ConnectionLimit != -1)
        {
            yield return ("The connection limit", string.Create(CultureInfo.InvariantCulture, $"ALTER DATABASE {name} CONNECTION LIMIT {from.ConnectionLimit}"));
        }

        foreach (var (provider, label) in from.SecurityLabels)
        {
            yield return ($"The security label of {provider}", $"SECURITY LABEL FOR {SqlText.Identifier(provider)} ON DATABASE {name} IS {SqlText.Literal(label)}");
        }

        foreach (var setting in from.Settings)
        {
            var what = setting.Role is { } role ? $"The setting {setting.Name} of the role {role}" : $"The setting {setting.Name}";
            yield return (what, Setting(database, setting));
        }
    }

    /// <summary>One setting for a database, or for a role in it.</summary>
    public static string Setting(string database, DatabaseSetting setting)
    {
        var subject = setting.Role is null
            ? $"ALTER DATABASE {SqlText.Identifier(database)}"
            : $"ALTER ROLE {SqlText.Identifier(setting.Role)} IN DATABASE {SqlText.Identifier(database)}";
        var value = ListSettings.Contains(setting.Name)
            ? string.Join(", ", SettingList.Parse(setting.Value).Select(SqlText.Literal))
            : SqlText.Literal(setting.Value);
        var parameter = string.Join('.', setting.Name.Split('.').Select(SqlText.Identifier));
        return $"{subject} SET {parameter} TO {(value.Length == 0 ? "''" : value)}";
    }

    /// <summary>Privileges of another database. Nothing when it has the default ones, which a new database has as well.</summary>
    public static IEnumerable<Grant> Acl(string database, DatabaseProperties from)
    {
        if (from.Acl is not { } items)
        {
            yield break;
        }

        var name = SqlText.Identifier(database);
        yield return new Grant("The revocation of the default privileges", $"REVOKE ALL ON DATABASE {name} FROM PUBLIC", SetRole: null);
        yield return new Grant("The revocation of the owner's privileges", $"REVOKE ALL ON DATABASE {name} FROM {SqlText.Identifier(from.Owner)}", SetRole: null);
        // What the owner granted comes first: others can hand on only what they were given.
        foreach (var item in items.Select(AclItem.Parse).OrderBy(item => item.Grantor != from.Owner))
        {
            var setRole = item.Grantor == from.Owner ? null : $"SET LOCAL ROLE {SqlText.Identifier(item.Grantor)}";
            foreach (var group in item.Privileges.Where(privilege => Privileges.ContainsKey(privilege.Letter)).GroupBy(privilege => privilege.Grantable))
            {
                var list = string.Join(", ", group.Select(privilege => Privileges[privilege.Letter]));
                var grantee = item.Grantee.Length == 0 ? "PUBLIC" : SqlText.Identifier(item.Grantee);
                yield return new Grant(
                    $"The privilege {list} of {(item.Grantee.Length == 0 ? "PUBLIC" : item.Grantee)}",
                    $"GRANT {list} ON DATABASE {name} TO {grantee}{(group.Key ? " WITH GRANT OPTION" : "")}",
                    setRole);
            }
        }
    }

    /// <summary>One change of a database's privileges.</summary>
    /// <param name="What">What it is to an operator.</param>
    /// <param name="Sql">The statement.</param>
    /// <param name="SetRole">Statement that makes the session act for who granted it; null for the owner.</param>
    internal sealed record Grant(string What, string Sql, string? SetRole);
}
