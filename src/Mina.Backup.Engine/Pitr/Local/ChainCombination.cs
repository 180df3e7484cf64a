using System.Globalization;
using System.Runtime.Versioning;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// Makes the data directory of a branch out of a full base backup and the incremental ones behind it: each is unpacked into a folder of its own within
/// the branch's, then PostgreSQL's own program puts them together. Whatever fails, everything lies in the branch's folder, which goes with it.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class ChainCombination
{
    private const long LeastSpace = 1 << 20;

    private readonly ServerAccount account;
    private readonly ServerOwner owner;
    private readonly BranchFolder folder;
    private readonly Func<BaseBackupManifest, BranchFolder, Action<long>, Task> unpack;

    /// <summary>Creates a combination.</summary>
    /// <param name="account">Whom the server runs as, and the program, too.</param>
    /// <param name="owner">Gives files to that account.</param>
    /// <param name="folder">The branch's folder.</param>
    /// <param name="unpack">Unpacks one base backup, telling the bytes so far.</param>
    public ChainCombination(ServerAccount account, ServerOwner owner, BranchFolder folder, Func<BaseBackupManifest, BranchFolder, Action<long>, Task> unpack)
    {
        this.account = account;
        this.owner = owner;
        this.folder = folder;
        this.unpack = unpack;
    }

    private string Root => Path.Combine(folder.Root, "chain");

    /// <summary>Unpacks all links.</summary>
    /// <param name="chain">The full base backup first.</param>
    /// <param name="report">Takes the bytes unpacked so far, and how many there will be.</param>
    /// <param name="cancellationToken">Gives up; what was written stays, for the caller to remove.</param>
    /// <exception cref="MinaException">A base backup is damaged or does not open, or the disk is full or too small.</exception>
    public async Task<bool> UnpackAsync(IReadOnlyList<BaseBackupManifest> chain, Action<long, long> report, CancellationToken cancellationToken)
    {
        var total = chain.Sum(link => link.PlainSize);
        long before = 0;
        try
        {
            EnsureSpace(total, chain.Count);
            owner.CreateFolder(Root);
            for (var i = 0; i < chain.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var link = Link(i);
                owner.CreateFolder(link.Root);
                var done = before;
                await unpack(chain[i], link, bytes => report(done + bytes, total));
                MoveTablespaces(chain[i], link, intoData: true);
                before += chain[i].PlainSize;
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BranchErrors.FromStorage(e, Root);
        }
    }

    /// <summary>Puts them together, and removes the parts.</summary>
    /// <exception cref="ToolException"><c>BaseChainNotCombined</c>.</exception>
    /// <exception cref="StorageException"><c>BranchDiskFull</c>.</exception>
    public async Task<bool> CombineAsync(IReadOnlyList<BaseBackupManifest> chain, ClientTool program, CancellationToken cancellationToken)
    {
        var links = Enumerable.Range(0, chain.Count).Select(i => Link(i).Data);
        // Nothing of a branch is flushed, and the server's manifest is not for branches.
        string[] arguments = ["--no-sync", "--no-manifest", .. await CopyOptionAsync(program, cancellationToken), "--output", folder.Data, .. links];
        try
        {
            await account.RunAsync(program.Path, arguments, null, cancellationToken);
            var last = chain[^1];
            owner.CreateFolder(folder.Tablespaces);
            MoveTablespaces(last, folder, intoData: false);
            owner.WriteFile(Path.Combine(folder.Data, "tablespace_map"), BaseUnpacker.TablespaceMap(last, folder));
            Directory.Delete(Root, recursive: true);
            return true;
        }
        catch (ToolException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw IsDiskFull(e)
                ? BranchErrors.DiskFull(folder.Root, e)
                : new ToolException(
                    ErrorCatalog.BaseChainNotCombined,
                    $"The base backup {chain[^1].Name} and what it builds on could not be put together: {e.Message}",
                    new ErrorContext { Target = chain[^1].Name },
                    e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BranchErrors.FromStorage(e, folder.Data);
        }
    }

    // The program says only that it wrote less than it should where some of it found room.
    private bool IsDiskFull(ToolException e) =>
        e.Message.Contains("No space left on device", StringComparison.Ordinal) || new DriveInfo(folder.Root).AvailableFreeSpace < LeastSpace;

    private BranchFolder Link(int number) => new(Path.Combine(Root, number.ToString(CultureInfo.InvariantCulture)));

    // As plain folders below pg_tblspc, tablespaces are combined without any mapping of paths; a branch has them beside its data directory.
    private static void MoveTablespaces(BaseBackupManifest manifest, BranchFolder place, bool intoData)
    {
        foreach (var oid in manifest.Archives.Select(archive => archive.Tablespace).OfType<uint>())
        {
            var inside = Path.Combine(place.Data, "pg_tblspc", oid.ToString(CultureInfo.InvariantCulture));
            var (from, to) = intoData ? (place.Tablespace(oid), inside) : (inside, place.Tablespace(oid));
            Directory.Move(from, to);
        }
    }

    // The least that it takes: how much the result takes beside them depends on what changed and on how the file system copies.
    private void EnsureSpace(long needed, int links)
    {
        var free = new DriveInfo(folder.Root).AvailableFreeSpace;
        if (free < needed)
        {
            throw new StorageException(
                ErrorCatalog.BranchDiskFull,
                string.Create(CultureInfo.InvariantCulture, $"The {links} base backups to be put together take {needed} bytes unpacked, and the disk that holds {folder.Root} has {free} left."),
                new ErrorContext { Target = folder.Root });
        }
    }

    // The parts are thrown away, so files that did not change may be the very same ones; else the kernel copies, sharing blocks where the file system can.
    private async Task<string[]> CopyOptionAsync(ClientTool program, CancellationToken cancellationToken)
    {
        var help = await account.RunAsync(program.Path, ["--help"], null, cancellationToken);
        if (help.Contains(" --link", StringComparison.Ordinal))
        {
            return ["--link"];
        }

        if (OperatingSystem.IsLinux() && help.Contains(" --copy-file-range", StringComparison.Ordinal) && KernelCopy.Works(Root))
        {
            return ["--copy-file-range"];
        }

        return OperatingSystem.IsMacOS() && help.Contains(" --clone", StringComparison.Ordinal) && KernelCopy.Clones(Root) ? ["--clone"] : [];
    }
}
