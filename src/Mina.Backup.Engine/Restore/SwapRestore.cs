using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>The usual way of a restore: a proven copy takes the live database's place in the last step.</summary>
internal sealed class SwapRestore
{
    private readonly RestorePlan plan;
    private readonly NpgsqlConnection maintenance;
    private bool proven;

    public SwapRestore(RestorePlan plan, NpgsqlConnection maintenance)
    {
        this.plan = plan;
        this.maintenance = maintenance;
    }

    /// <summary>Whether the live database was dropped before loading.</summary>
    public bool LiveDropped { get; private set; }

    /// <summary>Name of the proven copy, where it could not be put in place and was kept; null otherwise.</summary>
    public string? KeptCopy { get; private set; }

    /// <summary>
    /// Builds, proves and swaps. On a failure before the proof the copy is dropped; a proven one that cannot be put in place is kept, and the error names
    /// it. The live database serves on in both cases.
    /// </summary>
    public async Task<RestoreProof> RunAsync(CancellationToken cancellationToken)
    {
        if (plan.Request.DropFirst && plan.State.Live is not null)
        {
            await plan.Phases.RunAsync("DropLive", null, () => LeftoverCleaner.DropAsync(maintenance, plan.Names.Target, cancellationToken));
            LiveDropped = true;
        }

        try
        {
            return await BuildAndSwapAsync(cancellationToken);
        }
        catch (Exception failure) when (MustKeep(failure))
        {
            await KeepCopyAsync();
            throw Kept(failure);
        }
        catch (Exception failure)
        {
            await DropCopyAsync(failure);
            throw;
        }
    }

    // Whoever cancels wants things as they were, which a dropped live database can no longer be: then the proven copy is the best there is.
    private bool MustKeep(Exception failure) => proven && (LiveDropped || failure is not OperationCanceledException);

    private bool LiveExists => plan.State.Live is not null && !plan.Request.DropFirst;

    private async Task<RestoreProof> BuildAndSwapAsync(CancellationToken cancellationToken)
    {
        await using var builder = new CopyBuilder(plan, maintenance);
        var (sessions, notes) = await SessionOpener.CreateAsync(plan.Server, plan.Psql, maintenance, plan.SessionSettings, cancellationToken);
        plan.Notes.AddRange(notes);
        await plan.Phases.RunAsync("CreateCopy", null, () => builder.CreateAsync(cancellationToken));
        await builder.LoadAsync(sessions, compares: true, cancellationToken);
        var proof = await plan.Phases.RunAsync("Prove", plan.Backup.Rows, ProgressUnit.Rows, () => builder.ProveAsync(sessions, cancellationToken));
        proven = true;
        if (plan.Properties is { } properties)
        {
            // -NoPrivileges speaks of the backup's; those of a live database stay with it.
            var privileges = plan.State.Live is not null || !plan.Request.NoPrivileges;
            plan.Notes.AddRange(await new PropertyCarrier(maintenance).CarryAsync(plan.Names.Copy, properties, privileges, cancellationToken));
        }

        await plan.Phases.RunAsync("Swap", null, () => new DatabaseSwap(plan.Server, plan.Context.Clock)
            .RunAsync(plan.Names, LiveExists, !plan.State.LiveAllowsConnections, plan.Properties?.Comment, plan.Properties?.IsTemplate ?? false, cancellationToken));
        if (LiveExists)
        {
            plan.Notes.Add($"Writes that {plan.Names.Target} accepted during the restore are in the set-aside database {plan.Names.Aside} only.");
            NoteAttachments("Logical replication slots", plan.State.LogicalSlots);
            NoteAttachments("Subscriptions", plan.State.Subscriptions);
        }

        return proof;
    }

    // Only -Force comes this far with any: they follow the database aside, and the operator has to move them by hand.
    private void NoteAttachments(string what, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            plan.Notes.Add($"{what} that now belong to {plan.Names.Aside}: {string.Join(", ", names)}.");
        }
    }

    /// <summary>
    /// Drops the set-aside database on request, but never for a copy that nothing was compared with. The restore has succeeded by then: what is not
    /// dropped is noted, not failed.
    /// </summary>
    public async Task<string?> DropOriginalAsync(RestoreProof proof)
    {
        if (!LiveExists)
        {
            return null;
        }

        if (!plan.Request.DropOriginal)
        {
            return plan.Names.Aside;
        }

        if (proof.Outcome != CheckOutcome.Passed)
        {
            var warning = $"The set-aside database {plan.Names.Aside} was kept in spite of -DropOriginal: the copy in its place is not proven.";
            plan.Context.Warning(warning);
            plan.Notes.Add(warning);
            return plan.Names.Aside;
        }

        try
        {
            await using var session = await plan.Server.OpenMaintenanceAsync(plan.Names.Target, CancellationToken.None);
            await LeftoverCleaner.DropAsync(session, plan.Names.Aside, CancellationToken.None);
        }
        catch (Exception problem) when (problem is MinaException or NpgsqlException or IOException)
        {
            var message = $"The set-aside database {plan.Names.Aside} could not be dropped: {problem.Message.TrimEnd('.')}.";
            plan.Context.Warning(message);
            plan.Notes.Add(message);
            return plan.Names.Aside;
        }

        plan.Notes.RemoveAll(note => note.Contains(plan.Names.Aside, StringComparison.Ordinal));
        plan.Notes.Add("The former database was dropped, with writes that it accepted during the restore.");
        return null;
    }

    // The marker of a leftover would have the next restore drop it.
    private async Task KeepCopyAsync()
    {
        try
        {
            await using var session = await plan.Server.OpenMaintenanceAsync(plan.Names.Target, CancellationToken.None);
            await TargetServer.ExecuteAsync(session, DatabaseStatements.Comment(plan.Names.Copy, plan.Names.KeptMarker), CancellationToken.None);
            KeptCopy = plan.Names.Copy;
        }
        catch (Exception problem) when (problem is MinaException or NpgsqlException or IOException)
        {
            plan.Context.Warning($"The proven copy {plan.Names.Copy} could not be marked as one to keep ({problem.Message}); the next restore of {plan.Names.Target} drops it.");
        }
    }

    private Exception Kept(Exception failure)
    {
        if (KeptCopy is null)
        {
            return failure;
        }

        var known = failure as MinaException
            ?? (failure is OperationCanceledException ? null : PostgresErrors.Translate(failure, $"putting {plan.Names.Copy} in place", plan.Names.Target));
        var rename = $"ALTER DATABASE {SqlText.Identifier(KeptCopy)} RENAME TO {SqlText.Identifier(plan.Names.Target)}";
        var byHand = LiveExists ? $"rename {plan.Names.Target} aside and then run: {rename}" : $"run: {rename}";
        return new RestoreException(
            known?.Definition ?? ErrorCatalog.SwapFailed,
            $"{known?.Message ?? "The restore was canceled."} The proven copy is kept as the database {KeptCopy}.",
            new ErrorContext
            {
                Target = plan.Names.Target,
                Action = $"{known?.Context.Action ?? (LiveExists ? $"End what holds {plan.Names.Target} and run the command again." : "Mend the cause.")} Or put the kept copy in place: {byHand}",
                SqlState = known?.SqlState,
                ServerDetail = known?.ServerDetail,
                ServerHint = known?.ServerHint,
            },
            failure);
    }

    // On a session of its own: the failure may have taken the other one with it, and a cancellation must not stop the cleaning.
    private async Task DropCopyAsync(Exception failure)
    {
        try
        {
            await using var session = await plan.Server.OpenMaintenanceAsync(plan.Names.Target, CancellationToken.None);
            if (DiskRelief.IsNeeded(failure))
            {
                await DiskRelief.DropTablesAsync(plan.Server, session, plan.Names.Copy, CancellationToken.None);
            }

            await LeftoverCleaner.DropAsync(session, plan.Names.Copy, CancellationToken.None);
        }
        catch (Exception problem) when (problem is MinaException or NpgsqlException or IOException)
        {
            plan.Context.Warning($"The unfinished copy {plan.Names.Copy} could not be dropped ({problem.Message}); the next restore of {plan.Names.Target} drops it.");
        }
    }
}
