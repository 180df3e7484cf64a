using System.Text.Json;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>
/// The part of Neon's API (version 2) that branches need, for one project: <c>https://api-docs.neon.tech</c>. Lists are read to their last page. Failures are
/// <see cref="ServiceException"/>s; of what changes something, <c>NeonOutcomeUnknown</c> says that it may have been done.
/// </summary>
internal sealed class NeonClient
{
    private const int PageSize = 1000;

    private readonly NeonAccess access;
    private readonly NeonTransport transport;

    /// <summary>Creates a client of a project.</summary>
    public NeonClient(NeonAccess access, NeonTimes times, RunContext context)
    {
        transport = new NeonTransport(access, times, context);
        this.access = access;
    }

    /// <summary>Id of the project.</summary>
    public string Project => access.Project;

    /// <summary>The project.</summary>
    public async Task<NeonProject> GetProjectAsync(CancellationToken cancellationToken) =>
        (await transport.GetAsync(In(""), $"the project {Project}", NeonJson.Default.NeonProjectAnswer, cancellationToken)).Project;

    /// <summary>All branches.</summary>
    /// <param name="search">Only those whose name or id has this text in it; all when null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<NeonBranches> ListBranchesAsync(string? search, CancellationToken cancellationToken)
    {
        List<NeonBranch> branches = [];
        Dictionary<string, IReadOnlyDictionary<string, string>> notes = [];
        var filter = search is null ? "" : $"&search={Uri.EscapeDataString(search)}";
        await ReadPagesAsync(
            $"/branches?limit={PageSize}{filter}",
            async path =>
            {
                var page = await transport.GetAsync(In(path), "the list of branches", NeonJson.Default.NeonBranchPage, cancellationToken);
                branches.AddRange(page.Branches);
                foreach (var (id, annotation) in page.Annotations ?? new Dictionary<string, NeonAnnotation>())
                {
                    notes[id] = annotation.Value ?? new Dictionary<string, string>();
                }

                return (page.Branches.Count, page.Pagination?.Next);
            });
        return new NeonBranches(branches, notes);
    }

    /// <summary>All operations that the project remembers.</summary>
    public async Task<IReadOnlyList<NeonOperation>> ListOperationsAsync(CancellationToken cancellationToken)
    {
        List<NeonOperation> operations = [];
        await ReadPagesAsync(
            $"/operations?limit={PageSize}",
            async path =>
            {
                var page = await transport.GetAsync(In(path), "the list of operations", NeonJson.Default.NeonOperationPage, cancellationToken);
                operations.AddRange(page.Operations);
                return (page.Operations.Count, page.Pagination?.Cursor);
            });
        return operations;
    }

    /// <summary>One operation.</summary>
    public async Task<NeonOperation> GetOperationAsync(string id, CancellationToken cancellationToken) =>
        (await transport.GetAsync(In($"/operations/{Escape(id)}"), $"the operation {id}", NeonJson.Default.NeonOperationAnswer, cancellationToken)).Operation;

    /// <summary>The error of an operation that failed.</summary>
    public ServiceException Failed(NeonOperation operation) => NeonErrors.Failed(access, operation);

    /// <summary>The error of an operation that took too long.</summary>
    public ServiceException Unfinished(NeonOperation operation, TimeSpan elapsed) => NeonErrors.Unfinished(access, operation, elapsed);

    /// <summary>Compute endpoints of all branches.</summary>
    public async Task<IReadOnlyList<NeonEndpoint>> ListEndpointsAsync(CancellationToken cancellationToken) =>
        (await transport.GetAsync(In("/endpoints"), "the list of compute endpoints", NeonJson.Default.NeonEndpointsAnswer, cancellationToken)).Endpoints;

    /// <summary>Databases of a branch.</summary>
    public async Task<IReadOnlyList<NeonDatabase>> ListDatabasesAsync(NeonBranch branch, CancellationToken cancellationToken) =>
        (await transport.GetAsync(In($"/branches/{Escape(branch.Id)}/databases"), $"the databases of branch {branch.Name}", NeonJson.Default.NeonDatabasesAnswer, cancellationToken)).Databases;

    /// <summary>Roles of a branch.</summary>
    public async Task<IReadOnlyList<NeonRole>> ListRolesAsync(NeonBranch branch, CancellationToken cancellationToken) =>
        (await transport.GetAsync(In($"/branches/{Escape(branch.Id)}/roles"), $"the roles of branch {branch.Name}", NeonJson.Default.NeonRolesAnswer, cancellationToken)).Roles;

    /// <summary>The direct connection URI of an endpoint, password included.</summary>
    public async Task<string> GetConnectionUriAsync(NeonEndpoint endpoint, string database, string role, CancellationToken cancellationToken)
    {
        var query = $"database_name={Uri.EscapeDataString(database)}&role_name={Uri.EscapeDataString(role)}&branch_id={Escape(endpoint.BranchId)}&endpoint_id={Escape(endpoint.Id)}&pooled=false";
        return (await transport.GetAsync(In($"/connection_uri?{query}"), $"the connection to database {database}", NeonJson.Default.NeonConnectionAnswer, cancellationToken)).Uri;
    }

    /// <summary>Creates a branch.</summary>
    public async Task<NeonCreated> CreateBranchAsync(NeonBranchOrder order, CancellationToken cancellationToken)
    {
        var purpose = $"creating branch {order.Branch.Name}";
        var body = JsonSerializer.SerializeToUtf8Bytes(order, NeonJson.Default.NeonBranchOrder);
        return await transport.DoAsync(HttpMethod.Post, In("/branches"), body, purpose, NeonJson.Default.NeonCreated, cancellationToken)
            ?? throw Empty(purpose);
    }

    /// <summary>Deletes a branch; no operations when it was gone already.</summary>
    public async Task<IReadOnlyList<NeonOperation>> DeleteBranchAsync(NeonBranch branch, CancellationToken cancellationToken) =>
        (await transport.DoAsync(HttpMethod.Delete, In($"/branches/{Escape(branch.Id)}"), null, $"deleting branch {branch.Name}", NeonJson.Default.NeonChange, cancellationToken))?.Operations ?? [];

    /// <summary>Puts a branch back to a point.</summary>
    public Task<NeonChange> RestoreBranchAsync(NeonBranch branch, NeonRestoreOrder order, CancellationToken cancellationToken) =>
        ChangeAsync(branch, "restore", JsonSerializer.SerializeToUtf8Bytes(order, NeonJson.Default.NeonRestoreOrder), $"restoring branch {branch.Name}", cancellationToken);

    /// <summary>Makes a branch the project's default.</summary>
    public Task<NeonChange> SetAsDefaultAsync(NeonBranch branch, CancellationToken cancellationToken) =>
        ChangeAsync(branch, "set_as_default", null, $"making branch {branch.Name} the default", cancellationToken);

    private async Task<NeonChange> ChangeAsync(NeonBranch branch, string change, byte[]? body, string purpose, CancellationToken cancellationToken) =>
        await transport.DoAsync(HttpMethod.Post, In($"/branches/{Escape(branch.Id)}/{change}"), body, purpose, NeonJson.Default.NeonChange, cancellationToken) ?? throw Empty(purpose);

    private static async Task ReadPagesAsync(string first, Func<string, Task<(int Count, string? Next)>> read)
    {
        HashSet<string> seen = [];
        var path = first;
        while (true)
        {
            var (count, next) = await read(path);
            if (count == 0 || string.IsNullOrEmpty(next))
            {
                return;
            }

            if (!seen.Add(next))
            {
                throw new ServiceException(ErrorCatalog.NeonAnswerInvalid, "Neon's API leads from one page of a list to the same page again.");
            }

            path = $"{first}&cursor={Uri.EscapeDataString(next)}";
        }
    }

    private static ServiceException Empty(string purpose) =>
        NeonErrors.Unknown(purpose, new ServiceException(ErrorCatalog.NeonAnswerInvalid, "Neon's API answered nothing."));

    private static string Escape(string id) => Uri.EscapeDataString(id);

    private string In(string path) => $"projects/{Escape(Project)}{path}";
}
