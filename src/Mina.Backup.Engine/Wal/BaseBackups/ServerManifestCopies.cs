using System.IO.Compression;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// Copies of the servers' manifests of base backups that only their recipient opens, in the state folder of this user alone: a host that has the public
/// key and nothing else could build no incremental one on them otherwise. A manifest has names, sizes and hashes of files, nothing of their content.
/// </summary>
internal sealed class ServerManifestCopies(HostEnvironment environment, string systemIdentifier)
{
    private const int GreatestNumber = 32;
    private const string Suffix = ".json.gz";

    private string Folder => Path.Combine(environment.StateDirectory, "base-manifests");

    /// <summary>Keeps the manifest of a base backup, and of the cluster's no more than its newest.</summary>
    public void Keep(string name, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Folder);
        var path = PathOf(name);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(path + ".partial", options))
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        File.Move(path + ".partial", path, overwrite: true);
        ForgetOld();
    }

    /// <summary>The manifest of a base backup; null when it was not made here.</summary>
    public byte[]? Find(string name)
    {
        if (!File.Exists(PathOf(name)))
        {
            return null;
        }

        using var file = File.OpenRead(PathOf(name));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var content = new MemoryStream();
        gzip.CopyTo(content);
        return content.ToArray();
    }

    // Names rise with time. An archive is not asked, as a cluster may have several.
    private void ForgetOld()
    {
        foreach (var path in Directory.GetFiles(Folder, $"{systemIdentifier}.*{Suffix}").OrderDescending(StringComparer.Ordinal).Skip(GreatestNumber))
        {
            File.Delete(path);
        }
    }

    private string PathOf(string name) => Path.Combine(Folder, $"{systemIdentifier}.{name}{Suffix}");
}
