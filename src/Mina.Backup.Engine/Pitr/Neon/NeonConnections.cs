using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>Finds out how to connect to a branch: which endpoint, database and role, and the connection strings, direct and pooled.</summary>
internal sealed class NeonConnections(NeonClient client, RunContext context)
{
    /// <summary>The connection of a branch that was just made, from what its creation answered where that suffices.</summary>
    /// <exception cref="CatalogException"><c>DatabaseNotFound</c>, <c>BranchRoleNotFound</c>.</exception>
    public async Task<NeonConnection> OfNewAsync(NeonCreated created, NeonEndpoint endpoint, NeonMark mark, CancellationToken cancellationToken)
    {
        var databases = created.Databases ?? await client.ListDatabasesAsync(created.Branch, cancellationToken);
        var database = Choose(databases, mark.Database, isRequired: true);
        if (mark.Role is { } wanted && (created.Roles ?? await client.ListRolesAsync(created.Branch, cancellationToken)).All(role => role.Name != wanted))
        {
            throw new CatalogException(ErrorCatalog.BranchRoleNotFound, $"There was no role {wanted} at the point.", new ErrorContext { Target = wanted });
        }

        var role = mark.Role ?? database.OwnerName;
        var told = created.ConnectionUris?.FirstOrDefault(details => details.ConnectionParameters.Database == database.Name && details.ConnectionParameters.Role == role);
        return told is null
            ? await AskAsync(endpoint, database.Name, role, cancellationToken)
            : Describe(told.ConnectionUri, told.ConnectionParameters.PoolerHost);
    }

    /// <summary>The connection of a branch that was found.</summary>
    public async Task<NeonConnection> OfAsync(NeonBranch branch, NeonEndpoint endpoint, NeonMark? mark, CancellationToken cancellationToken)
    {
        var database = Choose(await client.ListDatabasesAsync(branch, cancellationToken), mark?.Database, isRequired: false);
        return await AskAsync(endpoint, database.Name, mark?.Role ?? database.OwnerName, cancellationToken);
    }

    private async Task<NeonConnection> AskAsync(NeonEndpoint endpoint, string database, string role, CancellationToken cancellationToken)
    {
        var uri = await client.GetConnectionUriAsync(endpoint, database, role, cancellationToken);
        // The pooled URI is the same with another host, so it costs no request of its own.
        return Describe(uri, NeonHost.Pooler(endpoint.Host));
    }

    private NeonConnection Describe(string uri, string? poolerHost)
    {
        var direct = ConnectionTarget.Parse(uri, context.Environment);
        context.Log.Redact(direct.Password?.Reveal() ?? "");
        return new NeonConnection(direct, poolerHost is null ? null : direct with { Host = poolerHost });
    }

    private NeonDatabase Choose(IReadOnlyList<NeonDatabase> databases, string? wanted, bool isRequired)
    {
        if (wanted is not null)
        {
            if (databases.FirstOrDefault(database => database.Name == wanted) is { } found)
            {
                return found;
            }

            if (isRequired)
            {
                throw NotFound($"There was no database {wanted} at the point.", wanted);
            }
        }

        var live = context.Environment.Variable("DATABASE_URL") is { } text ? NameIn(text) : null;
        return databases.FirstOrDefault(database => database.Name == live)
            ?? databases.OrderBy(database => database.CreatedAt).ThenBy(database => database.Name, StringComparer.Ordinal).FirstOrDefault()
            ?? throw NotFound("The branch has no database.", null);
    }

    private string? NameIn(string connection)
    {
        try
        {
            return ConnectionTarget.Parse(connection, context.Environment).Database;
        }
        catch (MinaException)
        {
            // Only a hint here; the command that needs the connection reports what is wrong with it.
            return null;
        }
    }

    private static CatalogException NotFound(string message, string? target) => new(ErrorCatalog.DatabaseNotFound, message, new ErrorContext { Target = target });
}

/// <summary>How to connect to a branch.</summary>
/// <param name="Direct">To the server itself.</param>
/// <param name="Pooled">Through the pooler; null where there is none.</param>
internal sealed record NeonConnection(ConnectionTarget Direct, ConnectionTarget? Pooled);
