using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>
/// Brings rows of a branch back into the live database, in one transaction: the rows that differ are staged in temporary tables, then taken over in the order of the
/// foreign keys. Rows that only the live database has are never touched. Whatever fails leaves it as it was.
/// </summary>
/// <param name="tools">Finds pg_dump, for tables that are gone.</param>
/// <param name="context">The run.</param>
internal sealed class CopyOperation(ClientTools tools, RunContext context)
{
    /// <summary>Copies, or only counts.</summary>
    public async Task<IReadOnlyList<PitrCopyResult>> RunAsync(PitrCopyRequest request, CancellationToken cancellationToken)
    {
        var target = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.TargetNotGiven);
        var source = RowSide.BranchOf(request, target, context.Environment);
        await using var branch = await RowSide.OpenAsync(source, "the branch", cancellationToken);
        await using var live = await RowSide.OpenAsync(target, "the live database", cancellationToken);
        RowSide.EnsureDifferent(branch, live, target);
        var plans = await PlanAsync(branch, live, request, cancellationToken);
        await using var writer = await new PostgresConnector(target).OpenPinnedAsync(cancellationToken);
        try
        {
            return await RunAsync(new Work(request, source, branch, live, writer), plans, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState.StartsWith("23", StringComparison.Ordinal))
        {
            throw Refused(e);
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Translate(e, "bringing the rows back", target.ToString());
        }
    }

    private static async Task<IReadOnlyList<RowPlan>> PlanAsync(RowSide branch, RowSide live, PitrCopyRequest request, CancellationToken cancellationToken)
    {
        List<RowPlan> plans = [];
        foreach (var table in await CompareOperation.FindTablesAsync(branch, request.Tables, cancellationToken))
        {
            var plan = RowPlan.Create(table, await live.Tables.ReadAsync(table.Name, cancellationToken), branch.IsUtf8 && live.IsUtf8);
            if (!plan.HasKey && request.Mode != PitrCopyMode.Missing)
            {
                throw new RestoreException(
                    ErrorCatalog.TableHasNoKey, $"The table {table.Name} has no primary key, so a changed row cannot be told.", new ErrorContext { Target = table.Name.ToString() });
            }

            plans.Add(plan);
        }

        return ReferenceOrder.Of(plans);
    }

    private static RestoreException Refused(PostgresException e)
    {
        var context = new ErrorContext { Target = e.TableName is null ? null : $"{e.SchemaName}.{e.TableName}", SqlState = e.SqlState, ServerDetail = e.Detail, ServerHint = e.Hint };
        return e.SqlState == PostgresErrorCodes.ForeignKeyViolation
            ? new RestoreException(ErrorCatalog.ReferencedRowsMissing, $"Rows of {context.Target} refer to rows that are not there: {e.MessageText}", context, e)
            : new RestoreException(ErrorCatalog.RowsRefused, $"The live database refused rows of {context.Target}: {e.MessageText}", context, e);
    }

    private async Task<IReadOnlyList<PitrCopyResult>> RunAsync(Work work, IReadOnlyList<RowPlan> plans, CancellationToken cancellationToken)
    {
        await work.ExecuteAsync("BEGIN; SET LOCAL lc_monetary = 'C'; SET CONSTRAINTS ALL DEFERRED", cancellationToken);
        var maker = new TableMaker(work.Writer, work.Branch.Connection, work.Source, tools, context);
        var lost = plans.Where(plan => plan.Live is null).Select(plan => plan.Branch).ToList();
        if (!work.Request.CountOnly)
        {
            await maker.MakeAsync(lost, cancellationToken);
        }

        List<StagedTable> staged = [];
        for (var number = 0; number < plans.Count; number++)
        {
            staged.Add(await StageAsync(work, plans[number], number, cancellationToken));
        }

        if (work.Request.CountOnly)
        {
            await work.ExecuteAsync("ROLLBACK", cancellationToken);
            return [.. staged.Select(table => table.Result)];
        }

        await work.EndReadingAsync(cancellationToken);
        var triggers = new TableTriggers(work.Writer);
        var circles = new CircularKeys(work.Writer);
        await circles.DeferAsync(plans, cancellationToken);
        List<PitrCopyResult> results = [];
        foreach (var table in staged)
        {
            results.Add(await TakeOverAsync(work, table, triggers, cancellationToken));
        }

        // Whatever a deferred constraint has against the rows shows before anything that cannot be rolled back; and no table with checks that wait can be altered.
        await work.ExecuteAsync("SET CONSTRAINTS ALL IMMEDIATE", cancellationToken);
        await maker.FinishAsync(lost, cancellationToken);
        await triggers.RestoreAsync(cancellationToken);
        await circles.RestoreAsync(cancellationToken);
        return await CommitAsync(work, plans, results, cancellationToken);
    }

    private async Task<IReadOnlyList<PitrCopyResult>> CommitAsync(Work work, IReadOnlyList<RowPlan> plans, List<PitrCopyResult> results, CancellationToken cancellationToken)
    {
        for (var i = 0; i < plans.Count; i++)
        {
            results[i] = results[i] with { Sequences = await AdvanceAsync(work, plans[i], cancellationToken) };
        }

        await work.ExecuteAsync("COMMIT", cancellationToken);
        foreach (var result in results)
        {
            Tell(result);
        }

        return results;
    }

    /// <summary>Brings the rows that differ to the live server, and counts them where no more is asked.</summary>
    private async Task<StagedTable> StageAsync(Work work, RowPlan plan, int number, CancellationToken cancellationToken)
    {
        var start = context.Clock.GetTimestamp();
        var result = new PitrCopyResult
        {
            Table = plan.Name.ToString(),
            Branch = work.Request.BranchName,
            Mode = work.Request.Mode,
            IsApplied = !work.Request.CountOnly,
            IsTableCreated = plan.Live is null,
            Inserted = 0,
            Updated = 0,
            Skipped = 0,
        };
        if (plan.Live is null && work.Request.CountOnly)
        {
            result = result with { Inserted = await CountAsync(work, plan, cancellationToken) };
            return new StagedTable(plan, null, result with { Duration = context.Clock.GetElapsedTime(start) });
        }

        await using var stage = await RowStage.CreateAsync(work.Writer, plan, number, cancellationToken);
        await FillAsync(work, plan, stage, cancellationToken);
        if (work.Request.CountOnly)
        {
            var conflicts = await new StagedConflicts(work.Writer, plan, stage).CountAsync(cancellationToken);
            result = result with { Inserted = stage.Missing - conflicts, Updated = stage.Changed, Skipped = conflicts };
        }

        return new StagedTable(plan, stage, result with { Duration = context.Clock.GetElapsedTime(start) });
    }

    private async Task<PitrCopyResult> TakeOverAsync(Work work, StagedTable table, TableTriggers triggers, CancellationToken cancellationToken)
    {
        var start = context.Clock.GetTimestamp();
        var (plan, stage, result) = table;
        var made = plan.Live is null ? plan with { Live = await new TableReader(work.Writer, "the live database").ReadAsync(plan.Name, cancellationToken) } : plan;
        if (work.Request.DisableTriggers)
        {
            await triggers.DisableAsync(made.Live!, cancellationToken);
        }

        var writer = new RowWriter(work.Writer, made, stage!);
        var inserted = await writer.InsertAsync(cancellationToken);
        var updated = await writer.UpdateAsync(cancellationToken);
        return result with
        {
            Inserted = inserted,
            Updated = updated,
            Skipped = stage!.Missing - inserted,
            Altered = await writer.CountAlteredAsync(cancellationToken),
            Duration = result.Duration + context.Clock.GetElapsedTime(start),
        };
    }

    private async Task FillAsync(Work work, RowPlan plan, RowStage stage, CancellationToken cancellationToken)
    {
        var mode = work.Request.Mode;
        var (left, right) = await CompareOperation.OpenAsync(
            plan, (work.Branch.Connection, plan.BranchQuery(work.Request.Where, null)), (work.Live.Connection, plan.LiveQuery(null)), plan.Key.Count, cancellationToken);
        await using var closeLeft = left;
        await using var closeRight = right;
        await new RowMerge(plan, left, right, flagged: false).RunAsync(
            (kind, row) => (kind == PitrRowDifference.Missing && mode != PitrCopyMode.Changed) || (kind == PitrRowDifference.Changed && mode != PitrCopyMode.Missing)
                ? stage.AddAsync(kind, row, cancellationToken)
                : ValueTask.CompletedTask,
            rows => context.Observer.Progress(new RunProgress { Activity = "Bringing rows back", Stage = plan.Name.ToString(), Unit = ProgressUnit.Rows, Done = rows }),
            cancellationToken);
        await stage.CompleteAsync(cancellationToken);
    }

    private static async Task<long> CountAsync(Work work, RowPlan plan, CancellationToken cancellationToken)
    {
        if (work.Request.Mode == PitrCopyMode.Changed)
        {
            return 0;
        }

        var condition = work.Request.Where is { } where ? $" WHERE ({where})" : "";
        await using var command = new NpgsqlCommand($"SELECT pg_catalog.count(*) FROM {plan.Branch.RowsSql} AS t{condition}", work.Branch.Connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<IReadOnlyList<string>> AdvanceAsync(Work work, RowPlan plan, CancellationToken cancellationToken)
    {
        var live = plan.Live ?? await new TableReader(work.Writer, "the live database").ReadAsync(plan.Name, cancellationToken);
        return await new SequenceAdvance(work.Writer, work.Branch.Connection).RunAsync(live!, cancellationToken);
    }

    private void Tell(PitrCopyResult result)
    {
        context.Verbose(FormattableString.Invariant($"{result.Table}: {result.Inserted} rows inserted, {result.Updated} overwritten, {result.Skipped} left out."));
        if (result.Skipped > 0)
        {
            context.Warning(FormattableString.Invariant(
                $"{result.Skipped} missing rows of {result.Table} stayed out: another row has their value of a unique column, or a trigger refused them. Nothing was overwritten."));
        }

        if (result.Altered > 0)
        {
            context.Warning(FormattableString.Invariant(
                $"{result.Altered} rows of {result.Table} are not as in the branch: a trigger of the live table changed them. Run it with -DisableTrigger and -Mode Changed to have them as they were."));
        }
    }

    private sealed record StagedTable(RowPlan Plan, RowStage? Stage, PitrCopyResult Result);

    private sealed record Work(PitrCopyRequest Request, ConnectionTarget Source, RowSide Branch, RowSide Live, NpgsqlConnection Writer)
    {
        // A table that is still being read cannot be altered.
        public async Task EndReadingAsync(CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand("ROLLBACK", Live.Connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand(sql, Writer);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
