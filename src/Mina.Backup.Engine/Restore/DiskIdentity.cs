namespace Mina.Backup.Engine.Restore;

/// <summary>
/// What a path is stored on, by every name under which two paths can turn out to share a disk: the file system's device, and the disks below it.
/// Subvolumes of one btrfs and partitions of one disk have different devices and the same disk.
/// </summary>
internal sealed class DiskIdentity
{
    private const string Blocks = "/sys/class/block";
    private readonly HashSet<string> names;

    private DiskIdentity(HashSet<string> names) => this.names = names;

    /// <summary>Looks a path up; null when it cannot be told.</summary>
    public static DiskIdentity? Of(string path)
    {
        if (DeviceNumber.Of(path) is not { } device)
        {
            return null;
        }

        try
        {
            var names = new HashSet<string>(StringComparer.Ordinal) { device };
            if (OperatingSystem.IsLinux())
            {
                AddDisks(Path.GetFileName(Resolve($"/sys/dev/block/{device}")), names);
                AddDisks(Path.GetFileName(Resolve(MountSource(path) ?? "/")), names);
            }

            return new DiskIdentity(names);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // What may not be looked at cannot be told apart.
            return null;
        }
    }

    /// <summary>Whether both lie on one disk.</summary>
    public bool IsSameAs(DiskIdentity other) => names.Overlaps(other.names);

    // A partition belongs to a disk; a mapped device (LVM, LUKS, RAID) stands on others.
    private static void AddDisks(string block, HashSet<string> names)
    {
        var folder = Path.Combine(Blocks, block);
        if (block.Length == 0 || !Directory.Exists(folder) || !names.Add(block))
        {
            return;
        }

        if (File.Exists(Path.Combine(folder, "partition")))
        {
            AddDisks(Path.GetFileName(Path.GetDirectoryName(Resolve(folder))) ?? "", names);
        }

        var below = Path.Combine(folder, "slaves");
        foreach (var slave in Directory.Exists(below) ? Directory.GetFileSystemEntries(below) : [])
        {
            AddDisks(Path.GetFileName(slave), names);
        }
    }

    // The fields before the dash end with the mount point's tags, those behind it are type, source and options (proc(5)).
    private static string? MountSource(string path)
    {
        var real = Resolve(path);
        var mount = File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(' '))
            .Select(fields => (Point: Unescape(fields[4]), Source: Unescape(fields[Array.IndexOf(fields, "-") + 2])))
            .Where(mount => real == mount.Point || real.StartsWith(mount.Point.TrimEnd('/') + "/", StringComparison.Ordinal))
            .MaxBy(mount => mount.Point.Length);
        return mount.Source?.StartsWith("/dev/", StringComparison.Ordinal) == true ? mount.Source : null;
    }

    private static string Unescape(string field) => field.Replace("\\040", " ", StringComparison.Ordinal);

    // Every part of a path may be a link; the framework resolves the last one only.
    private static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return full;
        }

        var item = Path.Combine(Resolve(parent), Path.GetFileName(full));
        return Path.Exists(item) && new FileInfo(item).ResolveLinkTarget(returnFinalTarget: true) is { } target ? Resolve(target.FullName) : item;
    }
}
