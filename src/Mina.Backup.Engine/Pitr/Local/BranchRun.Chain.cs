using Mina.Backup.Engine.Wal.BaseBackups;

namespace Mina.Backup.Engine.Pitr.Local;

// What a run does more where its base backup is an incremental one.
internal sealed partial class BranchRun
{
    /// <summary>Unpacks the base backup; an incremental one together with everything that it builds on.</summary>
    private async Task MakeDataAsync(BaseBackupManifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Parent is null)
        {
            await TimeAsync("Unpack", "Unpacking", () => UnpackAsync(manifest, folder, done => Report("Unpacking", done, manifest.PlainSize), cancellationToken));
            return;
        }

        var combination = new ChainCombination(account, owner, folder, (link, into, report) => UnpackAsync(link, into, report, cancellationToken));
        var chain = (await new BaseBackupCatalog(bases).ReadChainAsync(manifest, cancellationToken)).Require();
        var program = await FindSameMajorAsync("pg_combinebackup", manifest, cancellationToken);
        context.Verbose($"{manifest.Name} builds on {string.Join(", ", chain.SkipLast(1).Select(link => link.Name))}; {program.Path} puts them together.");
        await TimeAsync("Unpack", "Unpacking", () => combination.UnpackAsync(chain, (done, total) => Report("Unpacking", done, total), cancellationToken));
        await TimeAsync("Combine", "Combining", () => combination.CombineAsync(chain, program, cancellationToken));
    }
}
