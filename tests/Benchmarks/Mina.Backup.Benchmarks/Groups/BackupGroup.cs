using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Benchmarks.Site;

namespace Mina.Backup.Benchmarks.Groups;

/// <summary>Backups: the module's at several settings, and what operators run today.</summary>
internal sealed class BackupGroup : IBenchmarkGroup
{
    /// <summary>Writing alone, at the default level.</summary>
    public const string WriteOnly = "New-MinaBackup -SkipVerification";

    /// <summary>Writing alone, with Zstandard.</summary>
    public const string Zstd = "New-MinaBackup -SkipVerification -Compression Zstd";

    private const string Fastest = "New-MinaBackup -SkipVerification -CompressionLevel 1";

    /// <inheritdoc/>
    public string Name => "backup";

    /// <inheritdoc/>
    public async Task<GroupResult> RunAsync(GroupContext context, CancellationToken cancellationToken)
    {
        var notes = new List<string> { "\"New-MinaBackup\" alone writes and reads back. Sizes and peaks of the pipelines are of all their programs together." };
        List<Contestant> contestants = [Ours(context, BackupFiles.Ours), Ours(context, WriteOnly), Ours(context, Fastest)];
        if (await context.Mina.KnowsAsync("New-MinaBackup", "Compression", cancellationToken))
        {
            contestants.Add(Ours(context, Zstd));
        }
        else
        {
            notes.Add("Not measured: -Compression Zstd, which this version of the module does not have.");
        }

        foreach (var rival in BackupFiles.Rivals)
        {
            if (rival.Needs is null || Tooling.Find(rival.Needs) is not null)
            {
                contestants.Add(new Contestant(rival.Name, rival.Script, token => BackupFiles.MeasureAsync(context.Site, rival, token)));
            }
            else
            {
                notes.Add($"Not measured: {rival.Name}, as {rival.Needs} is not installed.");
            }
        }

        return new GroupResult(Name, await Contest.RunAsync(contestants, context.Rounds, cancellationToken), notes);
    }

    private static Contestant Ours(GroupContext context, string command) => new(
        command,
        command,
        token => BackupFiles.MeasureOursAsync(context, command[BackupFiles.Ours.Length..], context.Site.PathOf(command), token));
}
