using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Makes a new database out of a backup and proves that it holds what the backup recorded. The live database is not touched.</summary>
internal sealed class CopyBuilder : IAsyncDisposable
{
    private readonly RestorePlan plan;
    private readonly NpgsqlConnection maintenance;
    private EarlyProof? early;

    public CopyBuilder(RestorePlan plan, NpgsqlConnection maintenance)
    {
        this.plan = plan;
        this.maintenance = maintenance;
    }

    private string Copy => plan.Names.Copy;

    /// <summary>Creates the empty copy, marked so that a later run knows it if this one is killed.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        var template = (await DatabasePropertiesReader.ReadAsync(maintenance, "template0", cancellationToken))!;
        var like = plan.Properties ?? template;
        var owner = plan.Properties is null || (plan.Request.NoOwner && plan.State.Live is null) ? null : like.Owner;
        // The template's own tablespace is the default; naming it would need the right CREATE on it, which on pg_default only superusers have.
        var tablespace = like.Tablespace != template.Tablespace && plan.State.Tablespaces.Contains(like.Tablespace) ? like.Tablespace : null;
        try
        {
            await TargetServer.ExecuteAsync(maintenance, DatabaseStatements.Create(Copy, like, owner, tablespace, plan.State.Major), cancellationToken);
        }
        catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new RestoreException(
                ErrorCatalog.TargetNotCreatable,
                $"The role {plan.State.Role} may not create a database like {plan.Names.Target}: {problem.MessageText}.",
                new ErrorContext { Target = plan.Names.Target, SqlState = problem.SqlState, ServerDetail = problem.Detail, ServerHint = problem.Hint },
                problem);
        }

        if (DatabaseStatements.ReplacesLocale(like, plan.State.Major))
        {
            plan.Notes.Add($"This server does not know the builtin locale {like.Locale} of the original: the database sorts as C does, in the same order, with the character classes of {like.CharacterType}.");
        }

        await TargetServer.ExecuteAsync(maintenance, DatabaseStatements.Comment(Copy, plan.Names.Marker), cancellationToken);
    }

    /// <summary>Loads everything.</summary>
    /// <param name="sessions">Opens sessions.</param>
    /// <param name="compares">Whether tables may be compared meanwhile, on cores that are idle; <see cref="ProveAsync"/> then has less to do.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LoadAsync(SessionOpener sessions, bool compares, CancellationToken cancellationToken)
    {
        if (plan.Backup.Index is null)
        {
            await plan.Phases.RunAsync("Load", plan.Backup.PlainLength, () => RunScriptAsync(
                BackupText.ReadAllAsync(plan.Backup, plan.Phases.Advance, cancellationToken), sessions, plan.Filter, cancellationToken));
        }
        else
        {
            await using var reader = await MemberReader.OpenAsync(plan.Backup.Store, plan.Backup.FileName, plan.Backup.Keys, cancellationToken);
            var stages = await PlanPostDataAsync(reader, cancellationToken);
            if (compares && stages is not null && stages.All(stage => stage.LeavesRows))
            {
                early = EarlyProof.Start(plan.Backup.Index, sessions, Copy, plan.Jobs, plan.Context, cancellationToken);
            }

            await plan.Phases.RunAsync("PreData", Length(DumpSection.PreData), () => RunSectionAsync(reader, DumpSection.PreData, sessions, cancellationToken));
            await plan.Phases.RunAsync("Data", Length(DumpSection.Data), () => LoadDataAsync(reader, sessions, cancellationToken));
            await plan.Phases.RunAsync("PostData", Length(DumpSection.PostData), () => stages is null
                ? RunSectionAsync(reader, DumpSection.PostData, sessions, cancellationToken)
                : new PostDataLoader(sessions, Copy, plan.Backup.Name, plan.Jobs, early).RunAsync(stages, plan.Phases.Advance, cancellationToken));
        }

        await plan.Phases.RunAsync("Analyze", null, async () =>
        {
            using var lane = early?.Occupy();
            await using var session = await plan.Server.OpenAsync(Copy, cancellationToken);
            await TargetServer.ExecuteAsync(session, "ANALYZE", cancellationToken);
        });
    }

    /// <summary>Loads pre-data and post-data only, without content for materialized views; there must be an index.</summary>
    public async Task LoadSchemaAsync(SessionOpener sessions, CancellationToken cancellationToken)
    {
        await using var reader = await MemberReader.OpenAsync(plan.Backup.Store, plan.Backup.FileName, plan.Backup.Keys, cancellationToken);
        foreach (var section in (DumpSection[])[DumpSection.PreData, DumpSection.PostData])
        {
            await RunScriptAsync(BackupText.ReadSqlAsync(plan.Backup, reader, section, static _ => { }, cancellationToken), sessions, plan.Filter with { DropRefresh = true }, cancellationToken);
        }
    }

    /// <summary>Reads the copy back and compares it with the backup; <c>CopyDiffers</c> when anything disagrees.</summary>
    public async Task<RestoreProof> ProveAsync(SessionOpener sessions, CancellationToken cancellationToken)
    {
        var begun = early is null ? null : await StopEarlyProofAsync(early);
        var proof = await CompareAsync(
            sessions,
            (prover, index) => prover.ProveAsync(index, begun ?? new ContentProof(index), plan.Phases.Advance, cancellationToken),
            prover => prover.ProveAsync(plan.Backup.Summary!, cancellationToken),
            cancellationToken);
        ProofCheck.ThrowIfFailed(proof, plan.Names.Target, plan);
        return proof;
    }

    /// <summary>Compares the copy with what the index recorded or, without one, with what the dump was found to hold.</summary>
    public async Task<T> CompareAsync<T>(
        SessionOpener sessions, Func<CopyProver, BackupIndex, Task<T>> byIndex, Func<RowCountProver, Task<T>> bySummary, CancellationToken cancellationToken)
    {
        var connections = new List<LibpqSession>();
        try
        {
            for (var i = 0; i < (plan.Backup.Index is null ? 1 : plan.Jobs); i++)
            {
                connections.Add(await sessions.OpenForCopyAsync(Copy, cancellationToken));
            }

            var outputs = connections.Select(connection => new LibpqCopyOut(connection)).ToList();
            return plan.Backup.Index is { } index ? await byIndex(new CopyProver(outputs), index) : await bySummary(new RowCountProver(outputs[0]));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => early?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<ContentProof> StopEarlyProofAsync(EarlyProof proof)
    {
        var content = await proof.StopAsync();
        plan.Phases.Advance(proof.Rows);
        return content;
    }

    private long Length(DumpSection section) =>
        plan.Backup.Index!.Members.Where(member => member.Section == section).Sum(member => (long)member.PlainLength);

    private async Task LoadDataAsync(MemberReader reader, SessionOpener sessions, CancellationToken cancellationToken)
    {
        // Sequence values and large objects depend on no rows, so they load beside them.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await FirstFailure.WhenAllAsync(
            [
                new ParallelLoader(sessions, reader, plan.Jobs, early).LoadAsync(plan.Backup.Index!, Copy, plan.Phases.Advance, stop.Token),
                RunSectionAsync(reader, DumpSection.Data, sessions, stop.Token),
            ],
            stop);
    }

    /// <summary>The post-data section taken apart; null where psql is to run it as it stands.</summary>
    private async Task<IReadOnlyList<PostDataStage>?> PlanPostDataAsync(MemberReader reader, CancellationToken cancellationToken)
    {
        // Text in another encoding is psql's to hand on, byte for byte.
        if (plan.Backup.Index!.Header.ClientEncoding != "UTF8" || plan.Jobs == 1)
        {
            return null;
        }

        var script = BackupText.ReadSqlAsync(plan.Backup, reader, DumpSection.PostData, static _ => { }, cancellationToken);
        return await PostDataLoader.PlanAsync(script, plan.Filter, Copy, cancellationToken);
    }

    private Task RunSectionAsync(MemberReader reader, DumpSection section, SessionOpener sessions, CancellationToken cancellationToken) =>
        RunScriptAsync(BackupText.ReadSqlAsync(plan.Backup, reader, section, plan.Phases.Advance, cancellationToken), sessions, plan.Filter, cancellationToken);

    private async Task RunScriptAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> script, SessionOpener sessions, ScriptFilter filter, CancellationToken cancellationToken)
    {
        await using var psql = PsqlSession.Start(plan.Psql, plan.Server.To(Copy), plan.State.Major, cancellationToken);
        foreach (var statement in sessions.Statements)
        {
            await psql.ExecuteAsync(statement, cancellationToken);
        }

        await psql.RunScriptAsync(script, filter, cancellationToken);
        await psql.CompleteAsync(cancellationToken);
    }
}
