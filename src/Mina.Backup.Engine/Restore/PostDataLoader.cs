using System.Text;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Runs the post-data section over several sessions: keys and indexes of different tables at once, foreign keys at once behind them, the rest in order.
/// Two statements that lock the same table never run together, as they could wait for each other for ever.
/// </summary>
internal sealed class PostDataLoader
{
    // Sorting is what an index build does; the server's own default is meant for many small queries.
    private const string SortMemory = "SELECT pg_catalog.set_config('maintenance_work_mem', '256MB', false) WHERE pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')) < 268435456";

    private readonly SessionOpener sessions;
    private readonly string database;
    private readonly string backup;
    private readonly int jobs;
    private readonly EarlyProof? proof;

    /// <summary>Creates a loader.</summary>
    /// <param name="sessions">Opens sessions.</param>
    /// <param name="database">The database.</param>
    /// <param name="backup">Name of the backup for messages.</param>
    /// <param name="jobs">Sessions.</param>
    /// <param name="proof">Goes on beside it; null where tables are compared in the end.</param>
    public PostDataLoader(SessionOpener sessions, string database, string backup, int jobs, EarlyProof? proof)
    {
        this.proof = proof;
        this.sessions = sessions;
        this.database = database;
        this.backup = backup;
        this.jobs = jobs;
    }

    /// <summary>Takes the section apart. Its text must be UTF-8 and hold no COPY rows.</summary>
    public static async Task<IReadOnlyList<PostDataStage>> PlanAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> script, ScriptFilter filter, string target, CancellationToken cancellationToken)
    {
        var steps = new List<PostDataStep>();
        var rewriter = new ScriptRewriter(filter);
        var splitter = new StatementSplitter(text =>
        {
            var statement = SqlStatement.Parse(text);
            if (statement.Tokens.Count > 0 && !statement.StartsWith("set", "client_encoding"))
            {
                steps.Add(PostDataStep.Of(Encoding.UTF8.GetString(text), statement));
            }
        });
        await foreach (var portion in script.WithCancellation(cancellationToken))
        {
            rewriter.Append(portion.Span, target);
            splitter.Append(rewriter.Output.Span);
            rewriter.Clear();
        }

        rewriter.Complete(target);
        splitter.Append(rewriter.Output.Span);
        splitter.Flush();
        return PostDataPlan.Arrange(steps);
    }

    /// <summary>Runs the stages.</summary>
    /// <param name="stages">The stages.</param>
    /// <param name="done">Called with the bytes of each statement done.</param>
    /// <param name="cancellationToken">Ends all sessions.</param>
    /// <exception cref="Model.RestoreException"><c>ScriptFailed</c>.</exception>
    public async Task RunAsync(IReadOnlyList<PostDataStage> stages, Action<long> done, CancellationToken cancellationToken)
    {
        var open = new List<PostDataSession>();
        try
        {
            var wanted = Math.Clamp(stages.Count == 0 ? 1 : stages.Max(stage => stage.Parallel.Count), 1, jobs);
            for (var i = 0; i < wanted; i++)
            {
                var connection = await sessions.OpenAsync(database, cancellationToken);
                open.Add(new PostDataSession(connection, backup));
                await TargetServer.ExecuteAsync(connection, SortMemory, cancellationToken);
            }

            foreach (var stage in stages)
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var queue = new PostDataQueue(stage.Parallel);
                await FirstFailure.WhenAllAsync(open.Select(session => WorkAsync(session, queue, done, stop.Token)), stop);
                using var lane = proof?.Occupy();
                foreach (var task in stage.Sequential)
                {
                    await open[0].RunAsync(task, cancellationToken);
                    done(task.Step.Sql.Length);
                }
            }
        }
        finally
        {
            foreach (var session in open)
            {
                await session.DisposeAsync();
            }
        }
    }

    private async Task WorkAsync(PostDataSession session, PostDataQueue queue, Action<long> done, CancellationToken cancellationToken)
    {
        while (await queue.TakeAsync(cancellationToken) is { } task)
        {
            try
            {
                using var lane = proof?.Occupy();
                await session.RunAsync(task, cancellationToken);
            }
            finally
            {
                queue.Release(task);
            }

            done(task.Step.Sql.Length);
        }
    }
}
