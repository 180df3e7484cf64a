using System.Globalization;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>
/// A PostgreSQL of version 17 or newer, which makes incremental base backups, fires event triggers with logins and may refuse ALTER SYSTEM: the one in <c>MINA_TEST_PG_BIN</c>, the newest that the machine's packages install, or the one that
/// build/NewerPostgreSql.ps1 put into a folder of its own.
/// </summary>
internal static class NewerServer
{
    private const int OldestMajor = 17;

    /// <summary>Folder of its programs; skips the test where there is none.</summary>
    public static string RequirePrograms()
    {
        var found = Environment.GetEnvironmentVariable("MINA_TEST_PG_BIN") is { Length: > 0 } given ? given : Find();
        Assert.SkipWhen(found is null, "There is no PostgreSQL 17 or newer on this machine; build.ps1 Test says why.");
        return found!;
    }

    private static string? Find() => new[] { "/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt" }
        .Concat(Folders("/opt", "mina-postgresql-*").Select(root => Path.Combine(root, "usr", "lib", "postgresql")))
        .SelectMany(root => Folders(root, "*"))
        .Where(folder => Major(folder) >= OldestMajor && File.Exists(Path.Combine(folder, "bin", "initdb")) && File.Exists(Path.Combine(folder, "bin", "pg_combinebackup")))
        .OrderByDescending(Major)
        .Select(folder => Path.Combine(folder, "bin"))
        .FirstOrDefault();

    private static string[] Folders(string root, string pattern) => Directory.Exists(root) ? Directory.GetDirectories(root, pattern) : [];

    private static int Major(string folder) =>
        int.TryParse(Path.GetFileName(folder).Replace("postgresql@", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
}
