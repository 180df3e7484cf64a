using System.Text;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Creates the roles and tablespaces of a backup's companion that the target server lacks.</summary>
internal sealed class GlobalsRestorer
{
    private readonly ClientTool psql;
    private readonly ConnectionTarget maintenance;
    private readonly int serverMajor;

    /// <summary>Creates it over a connection to any database of the server, whose major version is given.</summary>
    public GlobalsRestorer(ClientTool psql, ConnectionTarget maintenance, int serverMajor)
    {
        this.psql = psql;
        this.maintenance = maintenance;
        this.serverMajor = serverMajor;
    }

    /// <summary>Creates what is missing and needed; returns its names, and notes for the operator.</summary>
    public async Task<(IReadOnlyList<string> Created, IReadOnlyList<string> Notes)> RunAsync(VerifiedBackup backup, TargetState state, CancellationToken cancellationToken)
    {
        if (backup.GlobalsFileName is not { } companion)
        {
            throw new CatalogException(
                ErrorCatalog.BackupNotFound,
                $"The backup {backup.Name} has no companion with roles and tablespaces, so -RestoreGlobals has nothing to restore.",
                new ErrorContext { Target = backup.Name, Action = "Create the roles yourself and restore without -RestoreGlobals." });
        }

        var script = new GlobalsScript(await ReadAsync(backup, companion, cancellationToken), serverMajor);
        // Other scripts' files do not say which roles their database needs: then all of the companion's come.
        var header = backup.Index?.Header;
        var neededRoles = script.Needed(header is null ? script.Roles : header.Roles.Append(header.Database.Owner));
        var neededTablespaces = (header?.Tablespaces ?? script.Tablespaces).ToHashSet(StringComparer.Ordinal);
        var roles = script.Roles.Where(role => neededRoles.Contains(role) && !state.Roles.Contains(role)).ToHashSet();
        var tablespaces = script.Tablespaces.Where(name => neededTablespaces.Contains(name) && !state.Tablespaces.Contains(name)).ToHashSet();
        List<string> notes = [];
        if (roles.Count > 0 && state.IsSuperuser)
        {
            await RunAsync($"BEGIN;\n{script.ForRoles(roles)}\nCOMMIT;\n", cancellationToken);
        }
        else if (roles.Count > 0)
        {
            notes.AddRange(await RunPlainAsync(script.ForPlainRole(roles), roles, cancellationToken));
        }

        if (tablespaces.Count > 0)
        {
            await RunAsync(script.ForTablespaces(tablespaces), cancellationToken);
        }

        if (script.MembershipsLeftOut(roles, state.IsSuperuser ? null : state.Role) is { Count: > 0 } left)
        {
            notes.Add($"Existing roles are never changed, so these memberships in new roles were not granted: {string.Join(", ", left)}.");
        }

        return ([.. roles.Order(StringComparer.Ordinal), .. tablespaces.Order(StringComparer.Ordinal)], notes);
    }

    /// <summary>Makes roles as one that is no superuser. It becomes a member of each, as it could give them no objects otherwise.</summary>
    private async Task<IReadOnlyList<string>> RunPlainAsync(PlainRoles script, IReadOnlySet<string> roles, CancellationToken cancellationToken)
    {
        var own = string.Concat(roles.Order(StringComparer.Ordinal).Select(role => $"GRANT {SqlText.Identifier(role)} TO CURRENT_USER;\n"));
        await RunAsync($"BEGIN;\n{script.Definitions}\n{own}COMMIT;\n", cancellationToken);
        List<string> notes = [.. script.Notes, $"To give them their objects, {maintenance.Username} became a member of the new roles: {string.Join(", ", roles.Order(StringComparer.Ordinal))}."];
        foreach (var grant in script.Grants)
        {
            try
            {
                await RunAsync(grant, cancellationToken);
            }
            catch (RestoreException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                notes.Add($"This was refused and left out: {grant.Trim().TrimEnd(';')}.");
            }
        }

        return notes;
    }

    // Through psql's input: the script may hold password verifiers, which must not stand in any argument list. Restricted, as it is a file's text.
    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var session = PsqlSession.Start(psql, maintenance, serverMajor, cancellationToken);
        await session.RunScriptAsync(Script(sql), new ScriptFilter(), cancellationToken);
        await session.CompleteAsync(cancellationToken);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Script(string sql)
    {
        await Task.CompletedTask;
        yield return Encoding.UTF8.GetBytes($"SET standard_conforming_strings = on;\n{sql}");
    }

    private static async Task<byte[]> ReadAsync(VerifiedBackup backup, string companion, CancellationToken cancellationToken)
    {
        var rewriter = new ScriptRewriter(new ScriptFilter());
        await using var stored = await backup.Store.OpenReadAsync(companion, cancellationToken);
        await using var reader = await ContainerReader.OpenAsync(stored, backup.Keys, companion, cancellationToken);
        await foreach (var block in reader.ReadBlocksAsync(cancellationToken))
        {
            using (block)
            {
                rewriter.Append(block.Span, companion);
            }
        }

        rewriter.Complete(companion);
        return rewriter.Output.ToArray();
    }
}
