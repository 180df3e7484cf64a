using System.Globalization;

namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>What /proc tells about other processes. A process that is gone meanwhile tells nothing.</summary>
public static class ProcessReader
{
    /// <summary>Command line, arguments separated by blanks.</summary>
    public static string CommandLine(int process) => Read($"/proc/{process}/cmdline").Replace('\0', ' ');

    /// <summary>Environment, one variable a line.</summary>
    public static string Environment(int process) => Read($"/proc/{process}/environ").Replace('\0', '\n');

    /// <summary>Id of the parent; 0 when the process is gone.</summary>
    public static int Parent(int process)
    {
        var stat = Read($"/proc/{process}/stat");
        var end = stat.LastIndexOf(')');
        return end < 0 ? 0 : int.Parse(stat[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Ids of all processes.</summary>
    public static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0).Where(id => id > 0);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The process ended between listing and reading, or is not ours.
            return string.Empty;
        }
    }
}
