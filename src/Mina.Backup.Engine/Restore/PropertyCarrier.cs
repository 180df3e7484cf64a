using Mina.Backup.Engine.Catalog;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Gives a proven copy the properties of the original that pg_dump leaves out. Some of them only a superuser may set, or refer to what this server does
/// not have: a proven copy is not thrown away for that. What cannot be carried over becomes a note, and the rest is carried. The
/// comment and the mark of a template come within the swap: the one marks the copy until then, the other would keep it from being dropped.
/// </summary>
internal sealed class PropertyCarrier
{
    private const string Savepoint = "carrying";

    private readonly NpgsqlConnection session;
    private readonly List<string> notes = [];

    public PropertyCarrier(NpgsqlConnection session) => this.session = session;

    /// <summary>Sets connection limit, security labels, settings and privileges in one transaction.</summary>
    /// <param name="database">The copy.</param>
    /// <param name="from">Properties of the original.</param>
    /// <param name="privileges">Whether privileges are carried over too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Notes on what could not be carried over, and why.</returns>
    public async Task<IReadOnlyList<string>> CarryAsync(string database, DatabaseProperties from, bool privileges, CancellationToken cancellationToken)
    {
        notes.Clear();
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        foreach (var property in DatabaseStatements.Properties(database, from))
        {
            if (await TryAsync([property.Sql], cancellationToken) is { } problem)
            {
                notes.Add($"{property.What} was left out: {problem}.");
            }
        }

        foreach (var grant in privileges ? DatabaseStatements.Acl(database, from) : [])
        {
            await GrantAsync(grant, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return [.. notes];
    }

    // Whoever granted is kept where this role may act for them; else the privilege itself matters more than whose name stands beside it.
    private async Task GrantAsync(DatabaseStatements.Grant grant, CancellationToken cancellationToken)
    {
        if (grant.SetRole is { } setRole && await TryAsync([setRole, grant.Sql, "RESET ROLE"], cancellationToken) is null)
        {
            return;
        }

        if (await TryAsync([grant.Sql], cancellationToken) is { } problem)
        {
            notes.Add($"{grant.What} was left out: {problem}.");
        }
        else if (grant.SetRole is not null)
        {
            notes.Add($"{grant.What} is now granted by another role: this one may not act for the one that granted it.");
        }
    }

    private async Task<string?> TryAsync(IReadOnlyList<string> statements, CancellationToken cancellationToken)
    {
        await TargetServer.ExecuteAsync(session, $"SAVEPOINT {Savepoint}", cancellationToken);
        try
        {
            foreach (var statement in statements)
            {
                await TargetServer.ExecuteAsync(session, statement, cancellationToken);
            }

            await TargetServer.ExecuteAsync(session, $"RELEASE SAVEPOINT {Savepoint}", cancellationToken);
            return null;
        }
        catch (PostgresException problem) when (IsRefusal(problem.SqlState))
        {
            // The role that SET ROLE chose goes with the savepoint.
            await TargetServer.ExecuteAsync(session, $"ROLLBACK TO SAVEPOINT {Savepoint}", cancellationToken);
            return problem.MessageText;
        }
    }

    // Missing rights, roles, settings and label providers, values that this server does not take; not failures of the server itself.
    private static bool IsRefusal(string sqlState) =>
        sqlState[..2] is "22" or "42" or "0A" or "0L" or "0P"
        || sqlState is PostgresErrorCodes.CantChangeRuntimeParam or PostgresErrorCodes.ObjectNotInPrerequisiteState;
}
