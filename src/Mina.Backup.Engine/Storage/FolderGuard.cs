using System.Runtime.Versioning;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Storage;

/// <summary>Makes sure that a backup folder is one that nobody else can have prepared.</summary>
internal static class FolderGuard
{
    private const uint Root = 0;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Whether the folder is there; <c>FolderUnsafe</c> when it is not to be trusted.</summary>
    public static bool Check(string folder)
    {
        var info = new DirectoryInfo(folder);
        if (info.LinkTarget is { } target)
        {
            throw Unsafe(folder, $"is a symbolic link to {target}");
        }

        if (!OperatingSystem.IsWindows())
        {
            CheckAncestors(info.Parent);
        }

        if (!info.Exists)
        {
            return File.Exists(folder) ? throw Unsafe(folder, "is a file") : false;
        }

        if (!OperatingSystem.IsWindows())
        {
            CheckShared(info);
        }

        return true;
    }

    /// <summary>Checks the folder, or makes it and its missing parents with mode 0700.</summary>
    public static void Ensure(string folder)
    {
        if (Check(folder))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, Private);
        }

        // Somebody may have been faster, and not with good intent.
        Check(folder);
        if (Path.GetDirectoryName(folder) is { } parent)
        {
            FolderSync.Flush(parent);
        }
    }

    /// <summary>A folder in a shared place must be this user's, and nobody else may write to it.</summary>
    [UnsupportedOSPlatform("windows")]
    private static void CheckShared(DirectoryInfo folder)
    {
        if (!IsShared(folder.Parent))
        {
            return;
        }

        var owner = UnixFiles.OwnerOf(folder.FullName);
        var self = UnixFiles.EffectiveUser();
        if (owner != self)
        {
            throw Unsafe(folder.FullName, $"lies in a folder that everybody may write to and belongs to user {owner}, not to {self}");
        }

        if ((folder.UnixFileMode & OthersWrite) != 0)
        {
            throw Unsafe(folder.FullName, "lies in a folder that everybody may write to and is itself writable for others");
        }
    }

    /// <summary>On the way to the folder, whatever stands in a shared place must be this user's or root's: its owner could exchange what is below.</summary>
    [UnsupportedOSPlatform("windows")]
    private static void CheckAncestors(DirectoryInfo? ancestor)
    {
        for (; ancestor is not null; ancestor = ancestor.Parent)
        {
            if (ancestor.Exists && IsShared(ancestor.Parent)
                && UnixFiles.OwnerOf(ancestor.FullName) is var owner && owner != Root && owner != UnixFiles.EffectiveUser())
            {
                throw Unsafe(ancestor.FullName, $"leads to the backups, lies in a folder that everybody may write to and belongs to user {owner}");
            }
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static bool IsShared(DirectoryInfo? parent) => parent is not null && (parent.UnixFileMode & UnixFileMode.OtherWrite) != 0;

    private static StorageException Unsafe(string folder, string why) =>
        new(ErrorCatalog.FolderUnsafe, $"The folder {folder} {why}.", new ErrorContext { Target = folder });
}
