namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Default privileges that belong to roles as which a restore may not act: a provider's own, mostly, which it sets again in every database that it makes. They concern
/// objects that those roles will make, none that the backup holds.
/// </summary>
internal sealed class ForeignDefaults
{
    private readonly IReadOnlySet<string> roles;
    private readonly SortedSet<string> leftOut = new(StringComparer.Ordinal);

    /// <summary>Creates the rule.</summary>
    /// <param name="roles">Roles as which the restore may not act.</param>
    public ForeignDefaults(IReadOnlySet<string> roles) => this.roles = roles;

    /// <summary>Whether the rule can apply at all.</summary>
    public bool IsEmpty => roles.Count == 0;

    /// <summary>What was left out, for the operator; nothing when nothing was.</summary>
    public IEnumerable<string> Notes => leftOut.Select(role => $"Default privileges that the role {role} has set were left out, as this role may not act as {role}.");

    /// <summary>Whether a statement sets default privileges of such a role, which is then noted.</summary>
    public bool Covers(SqlStatement statement)
    {
        // ALTER DEFAULT PRIVILEGES FOR ROLE name, as pg_dump always writes it.
        if (!statement.StartsWith("alter", "default", "privileges", "for", "role") || statement.NameAt(5) is not { } role || !roles.Contains(role))
        {
            return false;
        }

        leftOut.Add(role);
        return true;
    }
}
