using System.Runtime.CompilerServices;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>Compares tables of a branch with the live ones, row by row. Both sides stream in the order of the key, so memory does not depend on their size.</summary>
/// <param name="context">The run.</param>
internal sealed class CompareOperation(RunContext context)
{
    /// <summary>Compares the tables asked for, one after the other.</summary>
    public async IAsyncEnumerable<PitrTableComparison> RunAsync(
        PitrRowsRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var liveTarget = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.TargetNotGiven);
        await using var branch = await RowSide.OpenAsync(RowSide.BranchOf(request, liveTarget, context.Environment), "the branch", cancellationToken);
        await using var live = await RowSide.OpenAsync(liveTarget, "the live database", cancellationToken);
        RowSide.EnsureDifferent(branch, live, liveTarget);
        foreach (var table in await FindTablesAsync(branch, request.Tables, cancellationToken))
        {
            PitrTableComparison comparison;
            try
            {
                var plan = RowPlan.Create(table, await live.Tables.ReadAsync(table.Name, cancellationToken), branch.IsUtf8 && live.IsUtf8);
                comparison = await CompareAsync(plan, branch, live, request, cancellationToken);
            }
            catch (NpgsqlException e)
            {
                throw PostgresErrors.Translate(e, $"comparing {table.Name}", table.Name.ToString());
            }

            yield return comparison;
        }
    }

    /// <summary>The branch's tables, or the failure that the catalog cannot be read.</summary>
    internal static async Task<IReadOnlyList<RowTable>> FindTablesAsync(RowSide branch, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        try
        {
            return await branch.Tables.FindAsync(names, cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw PostgresErrors.Translate(e, "reading the branch's catalog", "the branch");
        }
    }

    /// <summary>Opens both sides of a table at once, as each may have to sort first.</summary>
    internal static async Task<(RowStream Branch, RowStream? Live)> OpenAsync(
        RowPlan plan, (NpgsqlConnection Connection, string Query) branch, (NpgsqlConnection Connection, string Query) live, int keys, CancellationToken cancellationToken)
    {
        var left = RowStream.OpenAsync(branch.Connection, branch.Query, keys, cancellationToken);
        var right = plan.Live is null ? null : RowStream.OpenAsync(live.Connection, live.Query, keys, cancellationToken);
        try
        {
            await Task.WhenAll(right is null ? [left] : [left, right]);
            return (await left, right is null ? null : await right);
        }
        catch
        {
            foreach (var opened in new[] { left, right }.Where(task => task is { IsCompletedSuccessfully: true }))
            {
                await (await opened!).DisposeAsync();
            }

            throw;
        }
    }

    private async Task<PitrTableComparison> CompareAsync(RowPlan plan, RowSide branch, RowSide live, PitrRowsRequest request, CancellationToken cancellationToken)
    {
        var start = context.Clock.GetTimestamp();
        var keys = plan.Key.Count + (request.Where is null ? 0 : 1);
        var (left, right) = await OpenAsync(plan, (branch.Connection, plan.BranchQuery(null, request.Where)), (live.Connection, plan.LiveQuery(request.Where)), keys, cancellationToken);
        await using var closeLeft = left;
        await using var closeRight = right;
        var merge = new RowMerge(plan, left, right, request.Where is not null);
        var samples = new RowSamples(merge, request.Samples);
        await merge.RunAsync(
            (kind, row) =>
            {
                samples.Add(kind, row);
                return ValueTask.CompletedTask;
            },
            rows => context.Observer.Progress(new RunProgress { Activity = "Comparing with the branch", Stage = plan.Name.ToString(), Unit = ProgressUnit.Rows, Done = rows }),
            cancellationToken);
        return new PitrTableComparison
        {
            Table = plan.Name.ToString(),
            Branch = request.BranchName,
            Key = plan.Branch.Key,
            IsInLive = plan.Live is not null,
            BranchRows = merge.BranchRows,
            LiveRows = merge.LiveRows,
            Missing = merge.Missing,
            Changed = plan.HasKey ? merge.Changed : null,
            Extra = merge.Extra,
            Samples = samples.All,
            SkippedColumns = plan.SkippedColumns,
            Duration = context.Clock.GetElapsedTime(start),
        };
    }
}
