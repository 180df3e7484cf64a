namespace Mina.Backup.Engine.Tests.Wal;

/// <summary>The engine in a process of its own, to be killed or to be run as somebody else.</summary>
internal static class EngineRunner
{
    /// <summary>Its assembly.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        AppContext.BaseDirectory.Replace("Mina.Backup.Engine.Tests", "Mina.Backup.Engine.Tests.Runner", StringComparison.Ordinal), "Mina.Backup.Engine.Tests.Runner.dll");

    /// <summary>What it is told by environment.</summary>
    public static IReadOnlyDictionary<string, string> Variables(WalServer server, string operation) => new Dictionary<string, string>
    {
        ["OPERATION"] = operation,
        ["PLACE"] = server.ArchivePath,
        ["DATABASE_URL"] = server.Uri,
        ["MINA_STATE_PATH"] = System.IO.Path.Combine(server.Machine.Root, "runner-state"),
    };
}
