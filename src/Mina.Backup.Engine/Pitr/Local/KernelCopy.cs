using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>Tries whether the kernel can copy files within a folder by itself, which depends on the file system.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class KernelCopy
{
    private static readonly byte[] Sample = new byte[8192];

    /// <summary>Whether <c>copy_file_range</c> of Linux works.</summary>
    public static bool Works(string folder) => Try(folder, (from, to) =>
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read);
        using var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write);
        return CopyFileRange((int)source.SafeFileHandle.DangerousGetHandle(), 0, (int)target.SafeFileHandle.DangerousGetHandle(), 0, (nuint)Sample.Length, 0) == Sample.Length;
    });

    /// <summary>Whether <c>clonefile</c> of macOS works.</summary>
    public static bool Clones(string folder) => Try(folder, (from, to) => CloneFile(from, to, 0) == 0);

    private static bool Try(string folder, Func<string, string, bool> copy)
    {
        var (from, to) = (Path.Combine(folder, "copy-from"), Path.Combine(folder, "copy-to"));
        try
        {
            File.WriteAllBytes(from, Sample);
            return copy(from, to);
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
        finally
        {
            File.Delete(from);
            File.Delete(to);
        }
    }

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRange(int source, nint sourceOffset, int target, nint targetOffset, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "clonefile", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CloneFile(string source, string target, uint flags);
}
