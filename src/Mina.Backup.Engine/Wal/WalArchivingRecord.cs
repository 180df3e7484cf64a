using System.Text.Json;
using System.Text.Json.Serialization;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Wal;

/// <summary>What Enable set and what was there before: a file in the spool, so that Disable undoes that and nothing else.</summary>
/// <param name="Settings">The settings that were set.</param>
internal sealed partial record WalArchivingRecord(IReadOnlyList<WalRecordedSetting> Settings)
{
    /// <summary>Name of the file in the spool.</summary>
    public const string FileName = "mina-archiving.json";

    /// <summary>The recorded setting of a name; null when it was not set.</summary>
    public WalRecordedSetting? Find(string name) => Settings.FirstOrDefault(setting => setting.Name == name);

    /// <summary>Reads the record of a spool; null when there is none that can be read.</summary>
    public static WalArchivingRecord? Read(string spool)
    {
        var path = Path.Combine(spool, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), RecordJson.Default.WalArchivingRecord);
        }
        catch (JsonException e)
        {
            throw WalSetupErrors.RecordUnreadable(path, e);
        }
    }

    /// <summary>Writes the record into a spool, durably.</summary>
    public void Write(string spool) => StorageErrors.Translate(Path.Combine(spool, FileName), "written", () =>
    {
        var path = Path.Combine(spool, FileName);
        var temporary = path + ".tmp";
        File.Delete(temporary);
        using (var file = FileAccessRules.CreateLocked(temporary))
        {
            JsonSerializer.Serialize(file, this, RecordJson.Default.WalArchivingRecord);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        FolderSync.Flush(spool);
        return true;
    });

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
    [JsonSerializable(typeof(WalArchivingRecord))]
    private sealed partial class RecordJson : JsonSerializerContext;
}

/// <summary>One setting.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Previous">The value that <c>ALTER SYSTEM</c> had given it before; null when it had given none.</param>
/// <param name="Value">The value that Enable gave it.</param>
internal sealed record WalRecordedSetting(string Name, string? Previous, string Value);
