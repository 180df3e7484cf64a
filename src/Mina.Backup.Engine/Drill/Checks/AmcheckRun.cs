using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Drill.Checks;

/// <summary>Has <c>pg_amcheck</c> look at every table and B-tree index of a database.</summary>
internal sealed class AmcheckRun
{
    private const int SupportedSince = 14;
    private const int Corrupt = 2;

    private readonly ClientTools tools;
    private readonly int serverMajor;
    private readonly int jobs;

    public AmcheckRun(ClientTools tools, int serverMajor, int jobs)
    {
        this.tools = tools;
        this.serverMajor = serverMajor;
        this.jobs = jobs;
    }

    /// <summary>Checks databases of one server. The extension it needs is made in them, in pg_catalog, where a database has it not.</summary>
    public async Task<StepFinding> RunAsync(IReadOnlyList<ConnectionTarget> databases, CancellationToken cancellationToken)
    {
        if (serverMajor < SupportedSince)
        {
            return StepFinding.Skipped("pg_amcheck needs PostgreSQL 14.");
        }

        ClientTool program;
        try
        {
            program = await tools.FindAsync("pg_amcheck", serverMajor, cancellationToken);
        }
        catch (ToolException missing)
        {
            return StepFinding.Skipped(missing.Message);
        }

        var differences = new List<string>();
        foreach (var database in databases)
        {
            if (await FindObstacleAsync(database, cancellationToken) is { } obstacle)
            {
                return StepFinding.Skipped(obstacle);
            }

            differences.AddRange(await CheckAsync(program, database, cancellationToken));
        }

        return StepFinding.Of("pg_amcheck found nothing wrong with tables and indexes.", "pg_amcheck found damage.", differences);
    }

    private static async Task<string?> FindObstacleAsync(ConnectionTarget database, CancellationToken cancellationToken)
    {
        await using var session = await new PostgresConnector(database).OpenPinnedAsync(cancellationToken);
        if ((await SqlQuery.ReadAsync(session, "SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'amcheck')", row => row.GetBoolean(0), cancellationToken))[0])
        {
            return null;
        }

        try
        {
            await SqlQuery.ExecuteAsync(session, "CREATE EXTENSION amcheck WITH SCHEMA pg_catalog", cancellationToken);
            return null;
        }
        catch (PostgresException problem) when (problem.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedFile or PostgresErrorCodes.FeatureNotSupported)
        {
            return $"The extension amcheck cannot be made here: {problem.MessageText}.";
        }
    }

    private async Task<IReadOnlyList<string>> CheckAsync(ClientTool program, ConnectionTarget database, CancellationToken cancellationToken)
    {
        string[] arguments = ["--no-password", "--jobs=" + jobs.ToString(CultureInfo.InvariantCulture)];
        await using var process = ToolProcess.Start(program, arguments, database.ToEnvironment(), cancellationToken);
        process.StandardInput.Close();
        using var reader = new StreamReader(process.StandardOutput, Encoding.UTF8);
        var output = await reader.ReadToEndAsync(cancellationToken);
        var exit = await process.WaitAsync(cancellationToken);
        if (exit.Code != Corrupt)
        {
            exit.EnsureSuccess(database.Database);
            return [];
        }

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 0 ? lines : [exit.ErrorText.Trim()];
    }
}
