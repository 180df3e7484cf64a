using System.Text.Json.Serialization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Wal.BaseBackups;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>What this machine remembers of a branch: a file in the state folder, without the branch's password, which lies in the branch's own folder.</summary>
internal sealed record BranchRecord
{
    /// <summary>Version of the format; a reader refuses a greater one.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The branch as it was when it was made or last stepped; its state and connection are looked up each time.</summary>
    public required PitrBranch Branch { get; init; }

    /// <summary>Its folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The WAL archive, as it was given.</summary>
    public required string Archive { get; init; }

    /// <summary>The spool beside it.</summary>
    public string? Spool { get; init; }

    /// <summary>Folder of the server's programs.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>Server settings of the operator.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>JSON of branch records, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    NewLine = "\n",
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    Converters = [typeof(SecondsConverter), typeof(UtcConverter), typeof(LsnConverter)])]
[JsonSerializable(typeof(BranchRecord))]
internal sealed partial class BranchJson : JsonSerializerContext;
