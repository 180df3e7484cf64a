using System.Globalization;

namespace Mina.Backup.Benchmarks.Measuring;

/// <summary>Processor time that Linux counts for processes that ended and were waited for, with all their descendants, proc(5).</summary>
internal static class ProcessorTime
{
    // Behind the command in parentheses, which may hold blanks: state, ppid, ... utime, stime, cutime, cstime.
    private const int ChildUser = 13;
    private const int ChildSystem = 14;

    // USER_HZ, part of the kernel's interface on every platform that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Seconds used so far by the ended children of a process; "self" means this one.</summary>
    public static double OfEndedChildren(string process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[ChildUser], CultureInfo.InvariantCulture) + long.Parse(fields[ChildSystem], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
