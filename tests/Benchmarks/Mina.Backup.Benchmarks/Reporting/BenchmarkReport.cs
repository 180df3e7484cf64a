using System.Text.Encodings.Web;
using System.Text.Json;
using Mina.Backup.Benchmarks.Groups;

namespace Mina.Backup.Benchmarks.Reporting;

/// <summary>A whole run of the benchmark.</summary>
/// <param name="At">When it began, UTC.</param>
/// <param name="Machine">What it ran on.</param>
/// <param name="ServerSettings">Settings of the server.</param>
/// <param name="Megabytes">Size of the database that was asked for.</param>
/// <param name="DatabaseBytes">Its size.</param>
/// <param name="Rounds">Runs of each contestant.</param>
/// <param name="Groups">What was measured.</param>
/// <param name="Bars">What had to be reached.</param>
internal sealed record BenchmarkReport(
    DateTimeOffset At,
    Machine Machine,
    IReadOnlyDictionary<string, string> ServerSettings,
    int Megabytes,
    long DatabaseBytes,
    int Rounds,
    IReadOnlyList<GroupResult> Groups,
    IReadOnlyList<Bar> Bars)
{
    private static readonly JsonSerializerOptions Layout = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Every run and every median as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Layout) + "\n";
}
