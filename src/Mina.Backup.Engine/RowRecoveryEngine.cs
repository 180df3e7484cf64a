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
    private readonly FindOperation find;

    /// <summary>Creates an engine for a machine.</summary>
    public RowRecoveryEngine(HostEnvironment environment, TimeProvider clock)
    {
        this.environment = environment;
        this.clock = clock;
        find = new FindOperation(new BackupStoreFactory(environment), new ClientTools(environment));
    }

    /// <summary>Finds transactions in the write-ahead log, the biggest first.</summary>
    public Task<IReadOnlyList<WalTransaction>> FindAsync(FindTransactionRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        RunAsync("find", observer, context => find.RunAsync(request, context, cancellationToken), result => FormattableString.Invariant($"{result.Count} transactions"));

    private async Task<T> RunAsync<T>(string operation, IRunObserver observer, Func<RunContext, Task<T>> work, Func<T, string?> describe)
    {
        using var scope = RunScope.Start(operation, observer, environment, clock);
        return await scope.RunAsync(work, describe);
    }
}
