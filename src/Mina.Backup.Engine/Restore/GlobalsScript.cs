using System.Text;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Takes a <c>pg_dumpall --globals-only</c> script apart and keeps only what concerns roles and tablespaces that are missing: existing ones,
/// with their passwords and rights, are never touched.
/// </summary>
internal sealed class GlobalsScript
{
    private readonly List<(string Text, SqlStatement Statement)> statements = [];

    /// <summary>Reads a script without meta-commands, for a server of this major version: one before 15 knows no privileges on parameters.</summary>
    public GlobalsScript(ReadOnlySpan<byte> script, int serverMajor)
    {
        var splitter = new StatementSplitter(text =>
        {
            var statement = SqlStatement.Parse(text);
            if (statement.Tokens.Count > 0 && (serverMajor >= 15 || !IsParameterPrivilege(statement)))
            {
                statements.Add((Encoding.UTF8.GetString(text), statement));
            }
        });
        splitter.Append(script);
        splitter.Flush();
    }

    /// <summary>Roles that it creates.</summary>
    public IEnumerable<string> Roles => Created("role");

    /// <summary>Tablespaces that it creates.</summary>
    public IEnumerable<string> Tablespaces => Created("tablespace");

    /// <summary>
    /// These roles and what they cannot do without: roles that they are members of, however indirectly, and those that granted the memberships.
    /// A server has roles of other databases, too, superusers among them, which are no concern of one that is restored.
    /// </summary>
    public IReadOnlySet<string> Needed(IEnumerable<string> roles)
    {
        var needed = roles.ToHashSet(StringComparer.Ordinal);
        var memberships = statements.Select(item => item.Statement).Where(IsMembership).ToList();
        int before;
        do
        {
            before = needed.Count;
            foreach (var grant in memberships.Where(grant => Grantees(grant).Any(needed.Contains)))
            {
                needed.UnionWith(grant.NamesFrom(1));
                if (grant.Find("granted") is > 0 and var granted && grant.NameAt(granted + 2) is { } grantor)
                {
                    needed.Add(grantor);
                }
            }
        }
        while (needed.Count > before);

        return needed;
    }

    /// <summary>Memberships in new roles that existing ones had, as <c>member in role</c>: they are not granted, as existing roles are never touched.</summary>
    /// <param name="created">The new roles.</param>
    /// <param name="joined">The existing role that became a member of them all; null when none did.</param>
    public IReadOnlyList<string> MembershipsLeftOut(IReadOnlySet<string> created, string? joined) =>
    [
        .. statements.Select(item => item.Statement)
            .Where(IsMembership)
            .SelectMany(grant => Grantees(grant).Where(member => !created.Contains(member) && member != joined).SelectMany(member => grant.NamesFrom(1).Where(created.Contains).Select(role => $"{member} in {role}")))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>What makes these roles: CREATE, attributes, memberships, privileges on parameters, settings, comments. Runs within a transaction.</summary>
    public string ForRoles(IReadOnlySet<string> missing) =>
        string.Concat(statements.Where(item => ConcernsRole(item.Statement, missing)).Select(item => item.Text));

    /// <summary>The same as a role may run it that is no superuser but has CREATEROLE.</summary>
    public PlainRoles ForPlainRole(IReadOnlySet<string> missing)
    {
        var mine = statements.Where(item => ConcernsRole(item.Statement, missing)).ToLookup(item => IsRoleGrant(item.Statement), item => item.Text);
        return new PlainRoles(mine[false], mine[true]);
    }

    /// <summary>What makes these tablespaces. CREATE TABLESPACE cannot run within a transaction.</summary>
    public string ForTablespaces(IReadOnlySet<string> missing) =>
        string.Concat(statements.Where(item => ConcernsTablespace(item.Statement, missing)).Select(item => item.Text));

    private IEnumerable<string> Created(string kind) =>
        statements.Where(item => item.Statement.StartsWith("create", kind)).Select(item => item.Statement.NameAt(2)).OfType<string>();

    private static bool ConcernsRole(SqlStatement statement, IReadOnlySet<string> missing)
    {
        if (statement.StartsWith("create", "role") || statement.StartsWith("alter", "role"))
        {
            // Settings of a role within one database belong to that database; they come with its index.
            return Has(missing, statement.NameAt(2)) && !(statement.IsWord(3, "in") && statement.IsWord(4, "database"));
        }

        if (statement.StartsWith("comment", "on", "role"))
        {
            return Has(missing, statement.NameAt(3));
        }

        if (statement.StartsWith("security", "label"))
        {
            var role = statement.Find("role");
            return role > 0 && Has(missing, statement.NameAt(role + 1));
        }

        return IsRoleGrant(statement) && Grantees(statement) is { Count: > 0 } grantees && grantees.All(missing.Contains);
    }

    // GRANT role TO role; privileges on objects have ON, and pg_dumpall writes those of tablespaces and parameters.
    private static bool IsMembership(SqlStatement statement) =>
        statement.IsWord(0, "grant") && statement.Find("on") < 0 && statement.Find("to") > 0;

    private static bool IsRoleGrant(SqlStatement statement) => IsMembership(statement) || IsParameterPrivilege(statement);

    // GRANT SET, ALTER SYSTEM ON PARAMETER name TO role, of PostgreSQL 15 and newer: it belongs to no database.
    private static bool IsParameterPrivilege(SqlStatement statement) =>
        statement.IsWord(0, "grant") && statement.Find("on") is > 0 and var on && statement.IsWord(on + 1, "parameter");

    private static IReadOnlyList<string> Grantees(SqlStatement statement) => statement.NamesFrom(statement.Find("to") + 1);

    private static bool ConcernsTablespace(SqlStatement statement, IReadOnlySet<string> missing)
    {
        var word = statement.Find("tablespace");
        return word > 0
            && (statement.IsWord(0, "create") || statement.IsWord(0, "alter") || statement.IsWord(0, "comment")
                || statement.IsWord(0, "grant") || statement.IsWord(0, "revoke") || statement.IsWord(0, "security"))
            && !statement.StartsWith("alter", "role")
            && Has(missing, statement.NameAt(word + 1));
    }

    private static bool Has(IReadOnlySet<string> names, string? name) => name is not null && names.Contains(name);
}
