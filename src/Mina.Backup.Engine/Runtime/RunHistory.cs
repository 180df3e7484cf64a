using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mina.Backup.Engine.Runtime;

/// <summary>All runs of this user on this machine: <c>history.jsonl</c> in the state folder, one JSON record a line, oldest first.</summary>
public sealed partial class RunHistory
{
    private const int LockAttempts = 100;
    private readonly string folder;

    /// <summary>Creates the history of a machine; nothing is written before <see cref="AppendAsync"/>.</summary>
    public RunHistory(HostEnvironment env)
    {
        folder = env.StateDirectory;
        Path = System.IO.Path.Combine(folder, "history.jsonl");
    }

    /// <summary>Its file.</summary>
    public string Path { get; }

    /// <summary>Adds a record. Runs that end at the same time wait for each other.</summary>
    /// <exception cref="Model.StorageException">The file cannot be written.</exception>
    public async Task AppendAsync(RunRecord record, CancellationToken cancellationToken)
    {
        StateFolder.Ensure(folder);
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(record, HistoryJson.Default.RunRecord), (byte)'\n'];
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // FileShare.None is an exclusive lock among processes that ask for one.
                await using var file = StateFolder.Open(Path, FileMode.Append, FileShare.None);
                await file.WriteAsync(line, cancellationToken);
                return;
            }
            catch (IOException) when (attempt < LockAttempts && File.Exists(Path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StateFolder.Translate(e, Path);
            }
        }
    }

    /// <summary>All records, oldest first. A line that a crash cut short is skipped.</summary>
    public async IAsyncEnumerable<RunRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!File.Exists(Path))
        {
            yield break;
        }

        await using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Parse(line) is { } record)
            {
                yield return record;
            }
        }
    }

    private static RunRecord? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, HistoryJson.Default.RunRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(RunRecord))]
    private sealed partial class HistoryJson : JsonSerializerContext;
}
