using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Mina.Backup.Console;

/// <summary>
/// The native program that the script waits for. The engine leaves it to the terminal to interrupt a program that shares its
/// streams; a signal sent to this process alone must be handed on here.
/// </summary>
internal sealed partial class ForegroundProgram
{
    private readonly Lock gate = new();
    private HashSet<int>? childrenBefore;

    /// <summary>A native program is about to start.</summary>
    public void Begin()
    {
        lock (gate)
        {
            childrenBefore ??= [.. Children()];
        }
    }

    /// <summary>The native program ended.</summary>
    public void End()
    {
        lock (gate)
        {
            childrenBefore = null;
        }
    }

    /// <summary>Sends a signal to the program, if one is running; never to children that a cmdlet looks after.</summary>
    public void Signal(int number)
    {
        lock (gate)
        {
            if (childrenBefore is null || OperatingSystem.IsWindows())
            {
                return; // Windows tells every process of the console itself
            }

            foreach (var child in Children().Where(child => !childrenBefore.Contains(child)))
            {
                // It may have ended by itself meanwhile: then there is nothing to tell it.
                _ = Kill(child, number);
            }
        }
    }

    private static IEnumerable<int> Children() =>
        OperatingSystem.IsLinux() ? ChildrenFromProc() : OperatingSystem.IsWindows() ? [] : ChildrenFromPgrep();

    // proc(5): the parent's id is the second field after the program's name, which ends with the last parenthesis.
    private static IEnumerable<int> ChildrenFromProc()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !TryReadStat(id, out var stat))
            {
                continue;
            }

            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (int.Parse(fields[1], CultureInfo.InvariantCulture) == Environment.ProcessId)
            {
                yield return id;
            }
        }
    }

    private static bool TryReadStat(int id, out string stat)
    {
        try
        {
            stat = File.ReadAllText($"/proc/{id}/stat");
            return stat.Length > 0;
        }
        catch (IOException)
        {
            stat = ""; // ended between listing and reading
            return false;
        }
    }

    private static int[] ChildrenFromPgrep()
    {
        var start = new ProcessStartInfo("/usr/bin/pgrep", ["-P", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using var pgrep = Process.Start(start);
        var text = pgrep?.StandardOutput.ReadToEnd() ?? "";
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Where(id => id != pgrep?.Id)];
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
