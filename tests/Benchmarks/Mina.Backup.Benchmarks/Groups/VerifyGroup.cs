using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Benchmarks.Site;

namespace Mina.Backup.Benchmarks.Groups;

/// <summary>Verification alone, beside merely decrypting and inflating.</summary>
internal sealed class VerifyGroup : IBenchmarkGroup
{
    private const string Full = "Test-MinaBackup";
    private const string Quick = "Test-MinaBackup -Quick";

    /// <inheritdoc/>
    public string Name => "verify";

    /// <inheritdoc/>
    public async Task<GroupResult> RunAsync(GroupContext context, CancellationToken cancellationToken)
    {
        var notes = new List<string> { "Test-MinaBackup compares hash, structure, rows and fingerprints; the pipeline only shows that the file can be read." };
        var ours = await BackupFiles.RequireOursAsync(context, cancellationToken);
        var theirs = await BackupFiles.RequireAsync(context.Site, BackupFiles.GzipGpg, cancellationToken);
        List<Contestant> contestants = [Ours(context, Full, ours)];
        if (await context.Mina.KnowsAsync("Test-MinaBackup", "Quick", cancellationToken))
        {
            contestants.Add(Ours(context, Quick, ours));
        }
        else
        {
            notes.Add("Not measured: -Quick, which this version of the module does not have.");
        }

        const string script = BackupFiles.Decrypt + " | gunzip > /dev/null";
        contestants.Add(new Contestant("gpg | gunzip > /dev/null", script, async token =>
            (await context.Site.Pipeline(script, ("IN", theirs)).MeasureAsync(null, token)).Cost));
        return new GroupResult(Name, await Contest.RunAsync(contestants, context.Rounds, cancellationToken), notes);
    }

    private static Contestant Ours(GroupContext context, string command, string folder) => new(
        command,
        $"Get-MinaBackup -Last 1 | {command}",
        token => context.Mina.MeasureAsync($"Get-MinaBackup -Path {MinaShell.Quote(folder)} -Last 1 | {command}", "Tell 'ReadBytes' $result.BytesRead", [], token));
}
