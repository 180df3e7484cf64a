using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Mina.Backup.Engine.Restore;

/// <summary>Asks the operating system which device a path lies on.</summary>
internal static partial class DeviceNumber
{
    // struct statx has the same layout on all architectures (statx(2)): 256 bytes, stx_dev_major at 136, stx_dev_minor at 140.
    private const int StatxSize = 256;
    private const int DeviceMajor = 136;
    private const int DeviceMinor = 140;
    private const int CurrentDirectory = -100;
    private const uint BasicStats = 0x7ff;

    /// <summary>Something that is equal for two paths on one device; null when it cannot be told.</summary>
    public static string? Of(string path) => OperatingSystem.IsLinux() ? Linux(path) : MountPoint(path);

    private static string? Linux(string path)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        return Statx(CurrentDirectory, path, 0, BasicStats, ref MemoryMarshal.GetReference(buffer)) != 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{BinaryPrimitives.ReadUInt32LittleEndian(buffer[DeviceMajor..])}:{BinaryPrimitives.ReadUInt32LittleEndian(buffer[DeviceMinor..])}");
    }

    private static string? MountPoint(string path) =>
        DriveInfo.GetDrives()
            .Select(drive => drive.RootDirectory.FullName)
            .Where(root => path.StartsWith(root, StringComparison.OrdinalIgnoreCase))
            .MaxBy(root => root.Length);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);
}
