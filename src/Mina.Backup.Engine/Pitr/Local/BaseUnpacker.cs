using System.Collections.Concurrent;
using System.Runtime.Versioning;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// Unpacks the archives of a base backup: several workers fetch, decrypt and inflate gzip members by the index, each checked by its SHA-256, and
/// write what is in them to its place. Nothing of the source's own configuration takes effect: its files get the suffix <c>.source</c>.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class BaseUnpacker
{
    /// <summary>Suffix of the source's configuration files.</summary>
    public const string SourceSuffix = ".source";

    private const int MembersPerRead = 4;

    // Read by a server that starts, so they must not be the source's; the first two are recovery's own signals.
    private static readonly HashSet<string> Dropped = new(StringComparer.Ordinal)
    {
        "recovery.signal", "standby.signal", "tablespace_map", "postmaster.pid", "postmaster.opts", ServerManifestName,
    };

    private static readonly HashSet<string> SetAside = new(StringComparer.Ordinal)
    {
        "postgresql.conf", "postgresql.auto.conf", "pg_hba.conf", "pg_ident.conf", "recovery.conf",
    };

    private const string ServerManifestName = "backup_manifest";

    private readonly IBackupStore store;
    private readonly KeyRing keys;
    private readonly ServerOwner owner;
    private readonly int workers;

    /// <summary>Creates an unpacker.</summary>
    public BaseUnpacker(IBackupStore store, KeyRing keys, ServerOwner owner, int workers)
    {
        this.store = store;
        this.keys = keys;
        this.owner = owner;
        this.workers = workers;
    }

    /// <summary>Unpacks everything.</summary>
    /// <param name="manifest">Manifest of the base backup.</param>
    /// <param name="index">Its index.</param>
    /// <param name="folder">The branch's folder; its data and tablespace folders are made here.</param>
    /// <param name="report">Takes the bytes unpacked so far.</param>
    /// <param name="cancellationToken">Gives up; what was written stays, for the caller to remove.</param>
    /// <exception cref="MinaException">The base backup is damaged or does not open, or the disk is full.</exception>
    public async Task RunAsync(BaseBackupManifest manifest, BaseIndex index, BranchFolder folder, Action<long> report, CancellationToken cancellationToken)
    {
        long done = 0;
        void Count(int bytes) => report(Interlocked.Add(ref done, bytes));
        owner.CreateFolder(folder.Data);
        owner.CreateFolder(folder.Tablespaces);
        for (var i = 0; i < manifest.Archives.Count; i++)
        {
            var archive = manifest.Archives[i];
            var target = folder.Data;
            if (archive.Tablespace is { } oid)
            {
                target = folder.Tablespace(oid);
                owner.CreateFolder(target);
            }

            await UnpackAsync(archive, index.Archives[i], target, Count, cancellationToken);
        }

        // From this map the server makes the links in pg_tblspc when it starts; so tablespaces are mapped by PostgreSQL itself.
        owner.WriteFile(Path.Combine(folder.Data, "tablespace_map"), TablespaceMap(manifest, folder));
    }

    /// <summary>The map of tablespaces as the server reads it: a backslash and a newline in a path have a backslash before them.</summary>
    public static string TablespaceMap(BaseBackupManifest manifest, BranchFolder folder) =>
        string.Concat(manifest.Archives.Select(archive => archive.Tablespace).OfType<uint>().Select(oid => FormattableString.Invariant(
            $"{oid} {folder.Tablespace(oid).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\\n", StringComparison.Ordinal)}\n")));

    private async Task UnpackAsync(BaseBackupArchive archive, BaseIndexArchive index, string target, Action<int> count, CancellationToken cancellationToken)
    {
        var files = Prepare(index, target);
        await using var reader = await MemberReader.OpenAsync(store, archive.File.Name, keys, cancellationToken);
        var starts = new long[index.Members.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + index.Members[i - 1].PlainLength;
        }

        using var open = new OpenFiles(owner);
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        var groups = Enumerable.Range(0, (index.Members.Count + MembersPerRead - 1) / MembersPerRead);
        await Parallel.ForEachAsync(groups, options, async (group, token) =>
        {
            var first = group * MembersPerRead;
            var members = index.Members.Skip(first).Take(MembersPerRead).ToList();
            var blocks = await reader.ReadAsync(members, token);
            try
            {
                for (var i = 0; i < blocks.Count; i++)
                {
                    Write(files, blocks[i].Span, starts[first + i], open);
                    count(blocks[i].Length);
                }
            }
            finally
            {
                foreach (var block in blocks)
                {
                    block.Dispose();
                }
            }
        });
    }

    // Folders first, then the empty files, which no member has a byte of; the others by their place in the tar.
    private List<UnpackedFile> Prepare(BaseIndexArchive index, string target)
    {
        var files = new List<UnpackedFile>();
        foreach (var entry in index.Entries)
        {
            var path = Path.Combine(target, entry.Name);
            switch (entry.Kind)
            {
                case TarEntryKind.Directory:
                    owner.CreateFolder(path);
                    break;
                case TarEntryKind.File when !Dropped.Contains(entry.Name):
                    files.Add(new UnpackedFile(SetAside.Contains(entry.Name) ? path + SourceSuffix : path, entry.Offset, entry.Size));
                    break;
                default:
                    // Links in a data directory lead to tablespaces, or to a pg_wal on another disk of the source.
                    break;
            }
        }

        foreach (var file in files.Where(file => file.Size == 0))
        {
            owner.CreateFile(file.Path).Dispose();
        }

        files.RemoveAll(file => file.Size == 0);
        return files;
    }

    private static void Write(List<UnpackedFile> files, ReadOnlySpan<byte> bytes, long start, OpenFiles open)
    {
        var end = start + bytes.Length;
        for (var i = FirstAfter(files, start); i < files.Count && files[i].Offset < end; i++)
        {
            var file = files[i];
            var from = Math.Max(file.Offset, start);
            var to = Math.Min(file.Offset + file.Size, end);
            if (to > from)
            {
                open.Write(file, bytes[(int)(from - start)..(int)(to - start)], from - file.Offset);
            }
        }
    }

    /// <summary>The first file that ends behind a place; files are in order.</summary>
    private static int FirstAfter(List<UnpackedFile> files, long place)
    {
        var (low, high) = (0, files.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (files[middle].Offset + files[middle].Size <= place)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private sealed record UnpackedFile(string Path, long Offset, long Size);

    /// <summary>The files that several members have parts of, open from the first part written to the last.</summary>
    private sealed class OpenFiles(ServerOwner owner) : IDisposable
    {
        private readonly ConcurrentDictionary<string, Lazy<OpenFile>> files = new(StringComparer.Ordinal);

        public void Write(UnpackedFile file, ReadOnlySpan<byte> bytes, long offset)
        {
            try
            {
                var open = files.GetOrAdd(file.Path, path => new Lazy<OpenFile>(() => new OpenFile(owner.CreateFile(path), file.Size))).Value;
                RandomAccess.Write(open.Stream.SafeFileHandle, bytes, offset);
                if (Interlocked.Add(ref open.Left, -bytes.Length) == 0)
                {
                    open.Stream.Dispose();
                    files.TryRemove(file.Path, out _);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw BranchErrors.FromStorage(e, file.Path);
            }
        }

        public void Dispose()
        {
            foreach (var file in files.Values.Where(file => file.IsValueCreated))
            {
                file.Value.Stream.Dispose();
            }
        }

        private sealed class OpenFile(FileStream stream, long size)
        {
            public long Left = size;

            public FileStream Stream { get; } = stream;
        }
    }
}
