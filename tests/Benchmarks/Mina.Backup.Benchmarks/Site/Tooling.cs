namespace Mina.Backup.Benchmarks.Site;

/// <summary>Programs that a contestant may need and a machine may lack.</summary>
internal static class Tooling
{
    /// <summary>Full path of a program in <c>PATH</c>; null when it is not installed.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
