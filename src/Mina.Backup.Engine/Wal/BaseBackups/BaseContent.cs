using System.Security.Cryptography;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// Hashes every file of a base backup's archives as they stream by, and compares them with the server's manifest, which comes last.
/// Archives may be read one after the other only.
/// </summary>
internal sealed class BaseContent : IDisposable
{
    // Nothing of this size is held but the two files that are needed; the manifest of 100000 files has 15 MB.
    private const long GreatestManifest = 1L << 30;

    private readonly Dictionary<string, ServerManifestFile> files = new(StringComparer.Ordinal);
    private readonly List<BaseContentEntry> entries = [];
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The entries of all archives, in order.</summary>
    public IReadOnlyList<BaseContentEntry> Entries => entries;

    /// <summary>The server's manifest, once it came by.</summary>
    public ServerManifest? Manifest { get; private set; }

    /// <summary>Its octets.</summary>
    public ReadOnlyMemory<byte> ManifestContent { get; private set; }

    /// <summary>The text of <c>backup_label</c>, once it came by.</summary>
    public string? Label { get; private set; }

    /// <summary>A scanner for one archive.</summary>
    /// <param name="archive">Its place in the list of archives.</param>
    /// <param name="prefix">Path of its content below the data directory with a trailing separator; empty for the main one.</param>
    public TarScanner Scan(int archive, string prefix) => new(new Sink(this, archive, prefix));

    /// <summary>What differs from the server's manifest; null when nothing does.</summary>
    public string? FindProblem()
    {
        if (Manifest is null)
        {
            return $"the server's {ServerManifest.FileName} is missing";
        }

        foreach (var (path, expected) in Manifest.Files)
        {
            if (!files.TryGetValue(path, out var found))
            {
                return $"the file {path} is missing";
            }

            if (found.Size != expected.Size)
            {
                return FormattableString.Invariant($"the file {path} has {found.Size} bytes, and the server sent {expected.Size}");
            }

            if (found.Sha256 != expected.Sha256)
            {
                return $"the SHA-256 of the file {path} is not the server's";
            }
        }

        return files.Keys.FirstOrDefault(path => path != ServerManifest.FileName && !Manifest.Files.ContainsKey(path)) is { } extra
            ? $"the file {extra} is not in the server's manifest"
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();

    private sealed class Sink(BaseContent owner, int archive, string prefix) : ITarContent
    {
        private MemoryStream? kept;

        public void Begin(TarEntry entry)
        {
            if (!entry.IsContained)
            {
                throw new InvalidDataException($"The tar has an entry that leads out of it: {entry.Name}");
            }

            owner.entries.Add(new BaseContentEntry(archive, entry));
            var isWanted = prefix.Length == 0 && entry.Name is ServerManifest.FileName or "backup_label";
            kept = isWanted && entry.Size <= GreatestManifest ? new MemoryStream((int)entry.Size) : null;
        }

        public void Content(ReadOnlySpan<byte> bytes)
        {
            owner.hash.AppendData(bytes);
            kept?.Write(bytes);
        }

        public void End(TarEntry entry)
        {
            if (entry.Kind != TarEntryKind.File)
            {
                return;
            }

            var sha256 = Convert.ToHexStringLower(owner.hash.GetHashAndReset());
            if (!owner.files.TryAdd(prefix + entry.Name, new ServerManifestFile(entry.Size, sha256)))
            {
                throw new InvalidDataException($"The tar has the file {entry.Name} twice.");
            }

            if (kept is null)
            {
                return;
            }

            var bytes = kept.GetBuffer().AsSpan(0, (int)kept.Length);
            if (entry.Name == ServerManifest.FileName)
            {
                owner.Manifest = ServerManifest.Parse(bytes);
                owner.ManifestContent = kept.GetBuffer().AsMemory(0, (int)kept.Length);
            }
            else
            {
                owner.Label = System.Text.Encoding.UTF8.GetString(bytes);
            }

            kept = null;
        }
    }
}

/// <summary>An entry and its archive.</summary>
/// <param name="Archive">Place of the archive in the list of archives.</param>
/// <param name="Entry">The entry.</param>
internal sealed record BaseContentEntry(int Archive, TarEntry Entry);
