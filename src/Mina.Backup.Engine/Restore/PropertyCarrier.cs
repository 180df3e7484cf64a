using Mina.Backup.Engine.Catalog;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Gives a new database the properties of the original that pg_dump leaves out. The comment comes last, within the swap, as it marks the copy until then.</summary>
internal sealed class PropertyCarrier
{
    private readonly NpgsqlConnection session;

    public PropertyCarrier(NpgsqlConnection session) => this.session = session;

    /// <summary>Sets connection limit, security labels, settings and privileges in one transaction.</summary>
    /// <param name="database">The copy.</param>
    /// <param name="from">Properties of the original.</param>
    /// <param name="privileges">Whether privileges are carried over too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Notes on what could not be carried over because its role does not exist.</returns>
    public async Task<IReadOnlyList<string>> CarryAsync(string database, DatabaseProperties from, bool privileges, CancellationToken cancellationToken)
    {
        var roles = (await TargetServer.QueryAsync(session, "SELECT rolname FROM pg_catalog.pg_roles", row => row.GetString(0), cancellationToken)).ToHashSet();
        var notes = new List<string>();
        var statements = new List<string>(DatabaseStatements.Properties(database, from));
        foreach (var setting in from.Settings)
        {
            if (setting.Role is { } role && !roles.Contains(role))
            {
                notes.Add($"The setting {setting.Name} of the role {role} was left out: the role does not exist here.");
                continue;
            }

            statements.Add(DatabaseStatements.Setting(database, setting));
        }

        if (privileges)
        {
            statements.AddRange(DatabaseStatements.Acl(database, from));
        }

        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        foreach (var statement in statements)
        {
            await TargetServer.ExecuteAsync(session, statement, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return notes;
    }
}
