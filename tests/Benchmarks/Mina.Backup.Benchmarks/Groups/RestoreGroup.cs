using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Benchmarks.Site;

namespace Mina.Backup.Benchmarks.Groups;

/// <summary>Restores into a new database: the module's, which proves every row, and two that prove nothing; and of one small table.</summary>
internal sealed class RestoreGroup : IBenchmarkGroup
{
    /// <summary>The whole database, proven.</summary>
    public const string Full = "Restore-MinaBackup";

    /// <summary>One small table.</summary>
    public const string Table = "Restore-MinaBackup -Table account";

    /// <summary>The pipeline.</summary>
    public const string Pipeline = "gpg | gunzip | psql";

    /// <summary>The parallel restore.</summary>
    public const string Parallel = "pg_restore -j2";

    private const string Target = "bench_restored";
    private const string Create = "createdb -T template0 \"$TARGET\"; ";

    /// <inheritdoc/>
    public string Name => "restore";

    /// <inheritdoc/>
    public async Task<GroupResult> RunAsync(GroupContext context, CancellationToken cancellationToken)
    {
        var notes = new List<string> { "Restore-MinaBackup verifies the file, analyzes the new database and compares every table with the backup; the others do none of that." };
        var ours = await BackupFiles.RequireOursAsync(context, cancellationToken);
        var file = await BackupFiles.RequireAsync(context.Site, BackupFiles.GzipGpg, cancellationToken);
        var directory = await BackupFiles.RequireAsync(context.Site, BackupFiles.DirectoryFormat, cancellationToken);
        List<Contestant> contestants =
        [
            Ours(context, Full, " -SkipSafetyBackup", ours),
            Theirs(context, Pipeline, Create + BackupFiles.Decrypt + " | gunzip | psql -X -q -v ON_ERROR_STOP=1 -d \"$TARGET\" > /dev/null", file),
            Theirs(context, Parallel, Create + "pg_restore -j2 -d \"$TARGET\" \"$IN\"", directory),
        ];
        if (await context.Mina.KnowsAsync("Restore-MinaBackup", "Table", cancellationToken))
        {
            contestants.Add(Ours(context, Table, string.Empty, ours));
        }
        else
        {
            notes.Add("Not measured: -Table, which this version of the module does not have.");
        }

        return new GroupResult(Name, await Contest.RunAsync(contestants, context.Rounds, cancellationToken), notes);
    }

    private static Contestant Ours(GroupContext context, string command, string options, string folder) => new(
        command,
        $"Get-MinaBackup -Last 1 | {command} -TargetDatabase {Target}{options}",
        token => WithoutTargetAsync(context.Site, () => context.Mina.MeasureAsync(
            $"Get-MinaBackup -Path {MinaShell.Quote(folder)} -Last 1 | {command} -TargetDatabase {Target}{options} -Confirm:$false",
            "foreach ($phase in $result.Phases) { Tell $phase.Phase $phase.Duration.TotalSeconds }",
            [],
            token), token));

    private static Contestant Theirs(GroupContext context, string name, string script, string input) => new(name, script, token =>
        WithoutTargetAsync(
            context.Site,
            async () => (await context.Site.Pipeline(script, ("IN", input), ("TARGET", Target)).MeasureAsync(context.Site.ServerProcess, token)).Cost,
            token));

    private static async Task<Measurement> WithoutTargetAsync(BenchmarkSite site, Func<Task<Measurement>> run, CancellationToken cancellationToken)
    {
        await site.DropAsync(Target, cancellationToken);
        await site.SettleAsync(cancellationToken);
        var cost = await run();
        await site.DropAsync(Target, cancellationToken);
        return cost;
    }
}
