using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Replaces the content of a database within one transaction of one psql session, where databases may not be created or renamed. The
/// proof is read in that session before its COMMIT; whatever ends the session earlier rolls everything back. It needs the disk twice.
/// </summary>
internal sealed class InPlaceRestore
{
    private readonly RestorePlan plan;

    public InPlaceRestore(RestorePlan plan) => this.plan = plan;

    /// <summary>Empties, loads, proves and commits.</summary>
    public async Task<RestoreProof> RunAsync(NpgsqlConnection maintenance, CancellationToken cancellationToken)
    {
        if (plan.State.Subscriptions.Count > 0)
        {
            throw new RestoreException(
                ErrorCatalog.InPlaceNotPossible,
                $"The database {plan.Names.Target} has subscriptions, which cannot be dropped within a transaction: {string.Join(", ", plan.State.Subscriptions)}.",
                new ErrorContext { Target = plan.State.Subscriptions[0], Action = "Drop the subscriptions, or restore without -InPlace." });
        }

        var (sessions, notes) = await SessionOpener.CreateAsync(plan.Server, plan.Psql, maintenance, plan.SessionSettings, cancellationToken);
        plan.Notes.AddRange(notes);
        await using var psql = PsqlSession.Start(plan.Psql, plan.Server.To(plan.Names.Target), plan.State.Major, cancellationToken);
        await plan.Phases.RunAsync("Empty", null, () => EmptyAsync(psql, sessions, cancellationToken));
        var transaction = await TransactionIdentity.ReadAsync(psql, cancellationToken);
        await plan.Phases.RunAsync("Load", plan.Backup.PlainLength, async () =>
        {
            await psql.RunScriptAsync(BackupText.ReadAllAsync(plan.Backup, plan.Phases.Advance, cancellationToken), plan.Filter, cancellationToken);
            await psql.SynchronizeAsync(cancellationToken);
        });
        var proof = await plan.Phases.RunAsync("Prove", plan.Backup.Rows, ProgressUnit.Rows, () => ProveAsync(psql, sessions, cancellationToken));
        if (await TransactionIdentity.ReadAsync(psql, cancellationToken) != transaction)
        {
            throw new RestoreException(
                ErrorCatalog.InPlaceNotPossible,
                $"The backup ended the transaction that was to replace {plan.Names.Target}; its content must be looked at.",
                new ErrorContext { Target = plan.Names.Target });
        }

        await plan.Phases.RunAsync("Commit", null, () => CommitAsync(psql, transaction, cancellationToken));
        await AnalyzeAsync(cancellationToken);
        return proof;
    }

    private async Task CommitAsync(PsqlSession psql, TransactionIdentity transaction, CancellationToken cancellationToken)
    {
        try
        {
            await psql.ExecuteAsync("COMMIT", CancellationToken.None);
            await psql.CompleteAsync(CancellationToken.None);
        }
        catch (Exception problem) when (problem is MinaException or IOException or OperationCanceledException)
        {
            switch (await new CommitInquiry(plan.Server, plan.Context.Clock).WasCommittedAsync(transaction, plan.Names.Target))
            {
                case true:
                    plan.Context.Verbose($"The server committed; its answer got lost: {problem.Message}");
                    return;
                case false:
                    // Canceling kills psql, which then looks like a failure of its own.
                    cancellationToken.ThrowIfCancellationRequested();
                    throw;
                default:
                    var known = problem as MinaException;
                    throw new RestoreException(
                        known?.Definition ?? ErrorCatalog.ServerConnectionLost,
                        $"The session ended while {plan.Names.Target} was committed, and the server cannot be asked for the outcome: {problem.Message}",
                        new ErrorContext
                        {
                            Target = plan.Names.Target,
                            SqlState = known?.SqlState,
                            Action = $"Look into {plan.Names.Target}: it holds either all of the restored content, proven, or all of the former.",
                        },
                        problem);
            }
        }
    }

    // The content is committed by now: what fails here is worth a note, never a failed restore.
    private async Task AnalyzeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await plan.Phases.RunAsync("Analyze", null, async () =>
            {
                await using var session = await plan.Server.OpenAsync(plan.Names.Target, cancellationToken);
                await TargetServer.ExecuteAsync(session, "ANALYZE", cancellationToken);
            });
        }
        catch (Exception problem) when (problem is MinaException or NpgsqlException or IOException or OperationCanceledException)
        {
            var message = $"The content is restored and committed, but ANALYZE did not end: {problem.Message.TrimEnd('.')}. Run it yourself, or queries may be slow until autovacuum has.";
            plan.Context.Warning(message);
            plan.Notes.Add(message);
        }
    }

    private static async Task EmptyAsync(PsqlSession psql, SessionOpener sessions, CancellationToken cancellationToken)
    {
        foreach (var statement in sessions.Statements)
        {
            await psql.ExecuteAsync(statement, cancellationToken);
        }

        // A client that keeps a lock must not stall the restore, and with it everybody who queues up behind, for ever.
        await psql.ExecuteAsync("BEGIN;\nSET LOCAL lock_timeout = '60s'", cancellationToken);
        await psql.ExecuteAsync(InPlaceWipe.Sql, cancellationToken);
        await psql.ExecuteAsync("SET LOCAL lock_timeout = 0", cancellationToken);
        await psql.SynchronizeAsync(cancellationToken);
    }

    private async Task<RestoreProof> ProveAsync(PsqlSession psql, SessionOpener sessions, CancellationToken cancellationToken)
    {
        // The dump has changed the session's settings; rows print as they were dumped only under the pinned ones.
        await psql.ExecuteAsync("RESET ALL", cancellationToken);
        // Not among psql's start options: names of objects, in columns of type regclass and its like, print as the dump's with an empty path only.
        await psql.ExecuteAsync("SELECT pg_catalog.set_config('search_path', '', false)", cancellationToken);
        await psql.ExecuteAsync("SET client_encoding = 'UTF8'", cancellationToken);
        foreach (var statement in sessions.Statements)
        {
            await psql.ExecuteAsync(statement, cancellationToken);
        }

        var proof = plan.Backup.Index is { } index
            ? await new CopyProver([psql]).ProveAsync(index, plan.Phases.Advance, cancellationToken)
            : await new RowCountProver(psql).ProveAsync(plan.Backup.Summary!, cancellationToken);
        ProofCheck.ThrowIfFailed(proof, plan.Names.Target, plan);
        return proof;
    }
}
