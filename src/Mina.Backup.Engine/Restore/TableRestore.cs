using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// Restores single tables beside what is there, into a schema of their own or a new database: definition, rows, keys and indexes, within one transaction that is
/// committed when the rows were read back and are those of the backup. Only the members that they need are read.
/// </summary>
internal sealed class TableRestore
{
    private readonly BackupOpener opener;

    public TableRestore(BackupOpener opener) => this.opener = opener;

    /// <summary>Restores the tables that the request names.</summary>
    public async Task<RestoreResult> RunAsync(RestoreRequest request, RunContext context, CancellationToken cancellationToken)
    {
        var given = ConnectionTarget.Resolve(request.Database, context.Environment, ErrorCatalog.TargetNotGiven);
        context.Log.Redact(given.Password?.Reveal() ?? "");
        given = PoolerDetection.ToDirectAddress(given, context);
        var target = TargetName.Resolve(request, given);
        var phases = new PhaseClock(context, $"Restoring tables into {target}");
        try
        {
            using var backup = await phases.RunAsync("VerifyBackup", null, () => opener(request.Backup, request.Keys, OpeningCheck.Members, context, cancellationToken));
            return await RunAsync(request, context, backup, new TargetServer(given), target, phases, cancellationToken);
        }
        catch (NpgsqlException problem)
        {
            throw PostgresErrors.Translate(problem, $"restoring into {target}", target);
        }
        finally
        {
            phases.Complete();
        }
    }

    private static async Task<RestoreResult> RunAsync(
        RestoreRequest request,
        RunContext context,
        VerifiedBackup backup,
        TargetServer server,
        string target,
        PhaseClock phases,
        CancellationToken cancellationToken)
    {
        var index = backup.Index ?? throw new RestoreException(
            ErrorCatalog.TableNotRestorable,
            $"The backup {backup.Name} has no index that says where its tables stand.",
            new ErrorContext { Target = backup.Name });
        var tables = request.Tables.Select(name => Find(index, name)).Distinct().ToList();
        var created = await CreateDatabaseAsync(server, target, cancellationToken);
        try
        {
            var schema = request.TargetSchema ?? (created ? null : $"mina_restore_{context.Now.UtcDateTime.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture)}");
            var proof = await LoadAsync(backup, index, tables, server, target, schema, phases, cancellationToken);
            return new RestoreResult
            {
                Backup = backup.Name,
                Location = backup.Store.Location,
                Database = target,
                Server = server.Server,
                Method = RestoreMethod.Tables,
                Schema = schema,
                Proof = proof,
                Phases = [.. phases.Timings],
                Duration = phases.Elapsed,
                Notes = ["The tables belong to the role that restored them; foreign keys, triggers, policies, privileges and owned sequences were left out."],
                LogPath = context.Log.Path,
            };
        }
        catch when (created)
        {
            await using var session = await server.OpenMaintenanceAsync(target, CancellationToken.None);
            await LeftoverCleaner.DropAsync(session, target, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The table of a name, with or without schema and quotes.</summary>
    private static int Find(BackupIndex index, string name)
    {
        var (schema, bare) = DumpedName.Split(name);
        var found = index.Tables.Index()
            .Where(entry => DumpedName.Split(entry.Item.Name) is var (itsSchema, itsName) && itsName == bare && (schema is null || schema == itsSchema))
            .ToList();
        return found switch
        {
            [var only] => only.Index,
            [] => throw new CatalogException(
                ErrorCatalog.TableNotInBackup,
                $"The backup {index.Header.Backup} has no rows of a table {name}{(index.Header.ExcludedData.Contains(name) ? ": they were left out" : "")}.",
                new ErrorContext { Target = name }),
            _ => throw new CatalogException(
                ErrorCatalog.TableNotInBackup,
                $"{name} fits several tables: {string.Join(", ", found.Select(entry => entry.Item.Name))}.",
                new ErrorContext { Target = name }),
        };
    }

    private static async Task<bool> CreateDatabaseAsync(TargetServer server, string target, CancellationToken cancellationToken)
    {
        await using var maintenance = await server.OpenMaintenanceAsync(target, cancellationToken);
        var exists = await TargetServer.QueryAsync(maintenance, "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1", row => row.GetInt32(0), cancellationToken, target);
        if (exists.Count > 0)
        {
            return false;
        }

        await TargetServer.ExecuteAsync(maintenance, $"CREATE DATABASE {SqlText.Identifier(target)} TEMPLATE template0", cancellationToken);
        return true;
    }

    private static async Task<RestoreProof> LoadAsync(
        VerifiedBackup backup,
        BackupIndex index,
        List<int> tables,
        TargetServer server,
        string target,
        string? schema,
        PhaseClock phases,
        CancellationToken cancellationToken)
    {
        await using var reader = await MemberReader.OpenAsync(backup.Store, backup.FileName, backup.Keys, cancellationToken);
        var definitions = await phases.RunAsync("Definitions", null, () => ReadDefinitionsAsync(backup, reader, index, tables, schema, cancellationToken));
        await using var session = await server.OpenAsync(target, cancellationToken);
        await using var transaction = await session.BeginTransactionAsync(cancellationToken);
        var runs = LoadRun.All(index).ToLookup(run => run.Table);
        var bytes = tables.Sum(table => runs[table].Sum(run => run.PlainLength));
        await phases.RunAsync("Data", bytes, async () =>
        {
            foreach (var (table, definition) in definitions)
            {
                var destination = await CreateTableAsync(session, index.Tables[table].Name, schema, definition, backup.Name, cancellationToken);
                var loader = new CopyRunLoader(new NpgsqlCopyIn(session), reader, index.Header.ClientEncoding, backup.Name, destination);
                await Task.Run(() => loader.LoadIntoNew(runs[table], phases.Advance, cancellationToken), CancellationToken.None);
            }
        });
        var proof = await phases.RunAsync("Prove", tables.Sum(table => index.Tables[table].Rows), ProgressUnit.Rows, () => ProveAsync(session, index, tables, schema, phases, cancellationToken));
        await phases.RunAsync("PostData", null, async () =>
        {
            foreach (var statement in definitions.SelectMany(entry => entry.Definition.KeyStatements))
            {
                await ExecuteAsync(session, statement, backup.Name, cancellationToken);
            }
        });
        await transaction.CommitAsync(cancellationToken);
        return proof;
    }

    private static async Task<IReadOnlyList<(int Table, TableDefinition Definition)>> ReadDefinitionsAsync(
        VerifiedBackup backup,
        MemberReader reader,
        BackupIndex index,
        List<int> tables,
        string? schema,
        CancellationToken cancellationToken)
    {
        var definitions = tables.Select(table => (Table: table, Definition: new TableDefinition(
            DumpedName.Normalize(index.Tables[table].Name), DumpEncoding.For(index.Header.ClientEncoding)))).ToList();
        var splitter = new StatementSplitter(text =>
        {
            foreach (var (table, definition) in definitions)
            {
                definition.Observe(text, schema ?? DumpedName.Split(index.Tables[table].Name).Schema ?? "public");
            }
        });
        foreach (var section in new[] { DumpSection.PreData, DumpSection.PostData })
        {
            // The rewriter drops pg_dump's own meta-commands, which are no statements.
            var rewriter = new ScriptRewriter(new ScriptFilter());
            await foreach (var portion in BackupText.ReadSqlAsync(backup, reader, section, static _ => { }, cancellationToken))
            {
                rewriter.Append(portion.Span, backup.Name);
                splitter.Append(rewriter.Output.Span);
                rewriter.Clear();
            }

            splitter.Flush();
        }

        return definitions;
    }

    private static async Task<string> CreateTableAsync(NpgsqlConnection session, string table, string? schema, TableDefinition definition, string backup, CancellationToken cancellationToken)
    {
        var (own, name) = DumpedName.Split(table);
        var into = schema ?? own ?? "public";
        await ExecuteAsync(session, $"CREATE SCHEMA IF NOT EXISTS {SqlText.Identifier(into)}", backup, cancellationToken);
        try
        {
            await TargetServer.ExecuteAsync(session, definition.CreateStatement, cancellationToken);
        }
        catch (PostgresException problem) when (problem.SqlState == PostgresErrorCodes.DuplicateTable)
        {
            throw new RestoreException(ErrorCatalog.TableExists, $"{into} holds {name} already.", new ErrorContext { Target = $"{into}.{name}", SqlState = problem.SqlState }, problem);
        }
        catch (PostgresException problem)
        {
            throw Failed(problem, backup);
        }

        return SqlText.Qualified(into, name);
    }

    private static async Task<RestoreProof> ProveAsync(NpgsqlConnection session, BackupIndex index, List<int> tables, string? schema, PhaseClock phases, CancellationToken cancellationToken)
    {
        var output = new NpgsqlCopyOut(session);
        var comparisons = new List<TableComparison>();
        foreach (var expected in tables.Select(table => index.Tables[table]))
        {
            var (own, name) = DumpedName.Split(expected.Name);
            var here = expected with { Name = SqlText.Qualified(schema ?? own ?? "public", name), Sources = null };
            var proof = new TableProof(here);
            phases.Advance(await proof.ReadAsync(output, ProofQueries.Table(here, index.Header.ClientEncoding), cancellationToken));
            comparisons.Add(proof.Compare());
        }

        if (comparisons.Find(comparison => comparison.Outcome != CheckOutcome.Passed) is { } different)
        {
            throw new RestoreException(
                ErrorCatalog.CopyDiffers,
                $"The table restored as {different.Table} differs from the backup {index.Header.Backup}: {different.Detail}.",
                new ErrorContext { Target = different.Table });
        }

        return new RestoreProof { Kind = ProofKind.Fingerprints, Outcome = CheckOutcome.Passed, Tables = comparisons, Rows = comparisons.Sum(comparison => comparison.ActualRows ?? 0) };
    }

    private static async Task ExecuteAsync(NpgsqlConnection session, string sql, string backup, CancellationToken cancellationToken)
    {
        try
        {
            await TargetServer.ExecuteAsync(session, sql, cancellationToken);
        }
        catch (PostgresException problem)
        {
            throw Failed(problem, backup);
        }
    }

    private static MinaException Failed(PostgresException problem, string backup) =>
        PsqlFailure.Of(problem).ToException(backup, problem);
}
