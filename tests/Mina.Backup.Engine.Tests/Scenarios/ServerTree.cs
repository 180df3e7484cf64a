namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>
/// A copy of the installed server whose extension folder is the test's own: PostgreSQL finds its folders relative to its program.
/// None of the extensions that come with PostgreSQL has configuration tables, so a test has to bring one.
/// </summary>
public static class ServerTree
{
    /// <summary>Makes the copy and gives the folder of its programs.</summary>
    /// <param name="root">Folder to make it in, readable by the server's account.</param>
    /// <param name="extensionFiles">Names and contents of files for the extension folder.</param>
    public static async Task<string> MakeAsync(string root, IReadOnlyDictionary<string, string> extensionFiles)
    {
        var installed = Programs.ServerPrograms;
        Assert.SkipWhen(installed is null, "The server's programs are not where Debian puts them.");
        var share = (await Programs.RunAsync(Path.Combine(installed!, "pg_config"), ["--sharedir"])).Trim();
        var libraries = (await Programs.RunAsync(Path.Combine(installed!, "pg_config"), ["--pkglibdir"])).Trim();
        var programs = Directory.CreateDirectory(Below(root, installed!)).FullName;
        foreach (var program in new[] { "postgres", "initdb", "pg_ctl" })
        {
            File.Copy(Path.Combine(installed!, program), Path.Combine(programs, program));
        }

        Directory.CreateSymbolicLink(Below(root, libraries), libraries);
        Mirror(share, Below(root, share));
        File.Delete(Path.Combine(Below(root, share), "extension"));
        Mirror(Path.Combine(share, "extension"), Path.Combine(Below(root, share), "extension"));
        foreach (var (name, content) in extensionFiles)
        {
            await File.WriteAllTextAsync(Path.Combine(Below(root, share), "extension", name), content, TestContext.Current.CancellationToken);
        }

        await Programs.RunAsync("chmod", ["-R", "a+rX", root]);
        return programs;
    }

    private static string Below(string root, string path) => Path.Combine(root, path.TrimStart('/'));

    private static void Mirror(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var entry in Directory.EnumerateFileSystemEntries(source))
        {
            File.CreateSymbolicLink(Path.Combine(target, Path.GetFileName(entry)), entry);
        }
    }
}
