using System.Text.Json;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Drill;

/// <summary>
/// Number and checksum of the last record, kept in a file beside the history: without it, nobody could tell that records were cut off at the end.
/// </summary>
internal sealed record DrillChainHead
{
    /// <summary>What a chain begins with.</summary>
    public static readonly DrillChainHead Empty = new() { Sequence = 0, Sha256 = new string('0', 64) };

    /// <summary>Number of the last record; 0 when there is none.</summary>
    public required long Sequence { get; init; }

    /// <summary>Its SHA-256; zeros when there is none.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The head beside a history; null when there is no file, or none that can be read.</summary>
    public static DrillChainHead? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), DrillJson.Default.DrillChainHead);
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Puts this head in the place of the one before, at once or not at all. The caller holds the history's lock.</summary>
    public void Write(string path)
    {
        var staged = path + ".new";
        File.Delete(staged);
        using (var file = StateFolder.Open(staged, FileMode.CreateNew, FileShare.None))
        {
            JsonSerializer.Serialize(file, this, DrillJson.Default.DrillChainHead);
            file.Flush(flushToDisk: true);
        }

        File.Move(staged, path, overwrite: true);
        FolderSync.Flush(Path.GetDirectoryName(path)!);
    }
}
