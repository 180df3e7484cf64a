namespace Mina.Backup.Benchmarks.Groups;

/// <summary>A way to back up without the module.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Script">The pipeline; its output is <c>$OUT</c>.</param>
/// <param name="Output">Name of its output; null when it writes nothing.</param>
/// <param name="Needs">Program that a machine may lack; null when there is none.</param>
internal sealed record Rival(string Name, string Script, string? Output, string? Needs = null);
