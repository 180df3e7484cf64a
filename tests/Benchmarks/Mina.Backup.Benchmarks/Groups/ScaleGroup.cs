using System.Globalization;
using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Benchmarks.Site;

namespace Mina.Backup.Benchmarks.Groups;

/// <summary>The default backup of a small, a middling and a large database: time must grow with size, memory must not.</summary>
internal sealed class ScaleGroup : IBenchmarkGroup
{
    /// <summary>Sizes in ninths of the benchmark's: 100 MB, 500 MB and 5 GB with the default of 900 MB.</summary>
    private static readonly int[] Ninths = [1, 5, 50];

    /// <inheritdoc/>
    public string Name => "scale";

    /// <summary>What the result of a size is called; 0 is the smallest.</summary>
    public static string NameOf(int size) => ((string[])["small database", "middling database", "large database"])[size];

    /// <inheritdoc/>
    public async Task<GroupResult> RunAsync(GroupContext context, CancellationToken cancellationToken)
    {
        var contestants = new List<Contestant>();
        for (var size = 0; size < Ninths.Length; size++)
        {
            var megabytes = Math.Max(1, context.Megabytes * Ninths[size] / 9);
            var database = string.Create(CultureInfo.InvariantCulture, $"scale_{megabytes}");
            await context.Site.LoadAsync(database, megabytes, cancellationToken);
            contestants.Add(new Contestant(
                NameOf(size),
                string.Create(CultureInfo.InvariantCulture, $"New-MinaBackup of about {megabytes} MB"),
                token => BackupFiles.MeasureOursAsync(context, $"-Database {MinaShell.Quote(context.Site.UriOf(database))}", context.Site.PathOf("scale"), token)));
        }

        var results = await Contest.RunAsync(contestants, context.Rounds, cancellationToken);
        return new GroupResult(Name, results, ["Each writes and reads back."]);
    }
}
