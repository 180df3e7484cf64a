using System.Text.Json.Serialization;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>One entry of a tar.</summary>
/// <param name="Name">Path within the archive, without a trailing separator.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Size">Bytes of content; 0 unless it is a file.</param>
/// <param name="Offset">Where the content begins in the tar, in bytes.</param>
/// <param name="LinkTarget">Where a link leads; null otherwise.</param>
public sealed record TarEntry(string Name, TarEntryKind Kind, int Mode, long Size, long Offset, string? LinkTarget = null)
{
    /// <summary>Whether the name stays below the folder that the archive is unpacked into.</summary>
    [JsonIgnore]
    public bool IsContained =>
        Name.Length > 0 && Name[0] != '/' && !Name.Contains('\0', StringComparison.Ordinal)
        && Array.TrueForAll(Name.Split('/'), part => part is not ("" or "." or ".."));
}
