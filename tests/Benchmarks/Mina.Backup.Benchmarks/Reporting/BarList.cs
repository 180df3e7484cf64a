using Mina.Backup.Benchmarks.Groups;
using Mina.Backup.Benchmarks.Measuring;

namespace Mina.Backup.Benchmarks.Reporting;

/// <summary>Sets what was measured against what must be reached. What was not measured has no line.</summary>
internal sealed class BarList
{
    private readonly Dictionary<string, Measurement> medians;
    private readonly List<Bar> bars = [];

    private BarList(IEnumerable<GroupResult> groups) => medians = groups
        .SelectMany(group => group.Results)
        .ToDictionary(result => result.Name, result => result.Median, StringComparer.Ordinal);

    /// <summary>The bars of these groups.</summary>
    public static IReadOnlyList<Bar> Of(IEnumerable<GroupResult> groups)
    {
        var list = new BarList(groups);
        list.AddBackup();
        list.AddRestore();
        list.AddScale();
        list.AddShell();
        return list.bars;
    }

    private void AddBackup()
    {
        var pipe = BackupFiles.GzipGpg.Name;
        Ratio("backup (write) / pg_dump | gzip | gpg", BackupGroup.WriteOnly, pipe, Seconds, 0.25, 0.18);
        Ratio("backup (write and read back) / pg_dump | gzip | gpg", BackupFiles.Ours, pipe, Seconds, 0.40);
        Ratio("backup (write) / pg_dump > /dev/null", BackupGroup.WriteOnly, BackupFiles.Rivals[0].Name, Seconds, 3.0, 2.0);
        Ratio("backup (write, Zstd) / pg_dump > /dev/null", BackupGroup.Zstd, BackupFiles.Rivals[0].Name, Seconds, 2.2, 1.6);
        Ratio("size of the backup / of pg_dump | gzip | gpg", BackupFiles.Ours, pipe, run => run.OutputBytes!.Value, 1.02, 0.98);
        Value("peak memory of a backup", BackupFiles.Ours, PeakMegabytes, 250, 150, "MB");
    }

    private void AddRestore()
    {
        Ratio("restore with proof / gpg | gunzip | psql", RestoreGroup.Full, RestoreGroup.Pipeline, Seconds, 0.85, 0.60);
        Ratio("restore with proof / pg_restore -j2", RestoreGroup.Full, RestoreGroup.Parallel, Seconds, 1.0, 0.80);
        Ratio("restore of one small table / full restore", RestoreGroup.Table, RestoreGroup.Full, Seconds, 0.25, 0.10);
    }

    private void AddScale()
    {
        Value("peak memory, large database", ScaleGroup.NameOf(2), PeakMegabytes, 250, 150, "MB");
        Ratio("peak memory, large database / small one", ScaleGroup.NameOf(2), ScaleGroup.NameOf(0), PeakMegabytes, 1.2);
        Ratio("time, large database / middling one (of a tenth)", ScaleGroup.NameOf(2), ScaleGroup.NameOf(1), Seconds, 11, 10);
    }

    private void AddShell()
    {
        if (medians.TryGetValue(ShellGroup.Bare, out var bare) && medians.TryGetValue(ShellGroup.WithModule, out var full))
        {
            bars.Add(new Bar("Import-Module, added to a bare shell's start", 1000 * (full.Seconds - bare.Seconds), 100, 50, "ms"));
        }

        Value("Get-MinaBackup over 10,000 backups", ShellGroup.List, run => run.Figures["Command"], 1.0, 0.3, "s");
    }

    private static double Seconds(Measurement run) => run.Seconds;

    private static double PeakMegabytes(Measurement run) => run.Figures["PeakBytes"] / 1e6;

    private void Ratio(string what, string name, string rival, Func<Measurement, double> select, double must, double? aim = null)
    {
        if (medians.TryGetValue(name, out var ours) && medians.TryGetValue(rival, out var theirs))
        {
            bars.Add(new Bar(what, select(ours) / select(theirs), must, aim));
        }
    }

    private void Value(string what, string name, Func<Measurement, double> select, double must, double aim, string unit)
    {
        if (medians.TryGetValue(name, out var run))
        {
            bars.Add(new Bar(what, select(run), must, aim, unit));
        }
    }
}
