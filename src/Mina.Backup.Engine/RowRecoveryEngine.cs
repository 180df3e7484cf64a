using Mina.Backup.Engine.Pitr;
using Mina.Backup.Engine.Pitr.Rows;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal.Transactions;
using Mina.Backup.Model;

namespace Mina.Backup.Engine;

/// <summary>
/// The engine's front for the way from an accident to rows that are back: the transaction is found, a branch of the state before it compared, rows copied. One
/// method per operation, no state between calls. Failures are <see cref="MinaException"/>s; cancellation is <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class RowRecoveryEngine
{
    private readonly HostEnvironment environment;
    private readonly TimeProvider clock;
    private readonly ClientTools tools;
    private readonly FindOperation find;

    /// <summary>Creates an engine for a machine.</summary>
    public RowRecoveryEngine(HostEnvironment environment, TimeProvider clock)
    {
        this.environment = environment;
        this.clock = clock;
        tools = new ClientTools(environment);
        find = new FindOperation(new BackupStoreFactory(environment), tools);
    }

    /// <summary>Finds transactions in the write-ahead log, the biggest first.</summary>
    public Task<IReadOnlyList<WalTransaction>> FindAsync(FindTransactionRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("find", observer, context => FindAsync(request, context, cancellationToken), result => FormattableString.Invariant($"{result.Count} transactions"));

    /// <summary>Compares tables of a branch with the live ones, row by row. Nothing is written.</summary>
    public Task<IReadOnlyList<PitrTableComparison>> CompareAsync(PitrRowsRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("compare", observer, context => CollectAsync(new CompareOperation(context).RunAsync(request, cancellationToken)), _ => request.BranchName);

    /// <summary>Brings rows of a branch back into the live database, in one transaction, or only counts them.</summary>
    public Task<IReadOnlyList<PitrCopyResult>> CopyAsync(PitrCopyRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("copy-rows", observer, context => new CopyOperation(tools, context).RunAsync(request, cancellationToken), _ => request.BranchName);

    /// <summary>Writes tables of a branch into CSV files.</summary>
    public Task<IReadOnlyList<PitrExport>> ExportAsync(PitrExportRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("export", observer, context => CollectAsync(new ExportOperation(context).RunAsync(request, cancellationToken)), _ => request.BranchName);

    private Task<IReadOnlyList<WalTransaction>> FindAsync(FindTransactionRequest request, RunContext context, CancellationToken cancellationToken) =>
        PitrProviderChoice.Resolve(request.Provider, request.Archive, environment) == PitrProvider.Neon
            ? throw new CatalogException(ErrorCatalog.TransactionsNotSupported, "Transactions of a Neon project cannot be found: it gives no write-ahead log away.")
            : find.RunAsync(request, context, cancellationToken);

    private static async Task<IReadOnlyList<T>> CollectAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> all = [];
        await foreach (var item in items)
        {
            all.Add(item);
        }

        return all;
    }

    private async Task<T> RunAsync<T>(string operation, IRunObserver observer, Func<RunContext, Task<T>> work, Func<T, string?> describe)
    {
        using var scope = RunScope.Start(operation, observer, environment, clock);
        return await scope.RunAsync(work, describe);
    }
}
