using System.Runtime.Versioning;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>Where branches have their folders.</summary>
[UnsupportedOSPlatform("windows")]
internal static class BranchPlace
{
    /// <summary>Variable with the folder for branches.</summary>
    public const string Variable = "MINA_BRANCH_PATH";

    // The path of a Unix socket takes 107 octets; it is the folder's and /.s.PGSQL.65535.
    private const int LongestFolder = 107 - 15;

    /// <summary>The folder given, else <c>MINA_BRANCH_PATH</c>'s, else <c>/var/lib/mina-backup/branches</c> for root and one in the state folder for others.</summary>
    public static string Resolve(string? given, HostEnvironment environment)
    {
        var path = given ?? environment.Variable(Variable)
            ?? (Environment.IsPrivilegedProcess ? "/var/lib/mina-backup/branches" : Path.Combine(environment.StateDirectory, "branch-data"));
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }

    /// <summary>Makes a branch's folder, which belongs to the server's account alone. A parent made on the way lets that account pass, and shows nobody anything.</summary>
    /// <exception cref="StorageException"><c>BranchPlaceUnusable</c>, <c>BranchDiskFull</c>.</exception>
    public static async Task MakeAsync(BranchFolder folder, ServerAccount account, ServerOwner owner, CancellationToken cancellationToken)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(folder.Root) is var length && length > LongestFolder)
        {
            throw Unusable(folder, $"its path has {length} octets, and no more than {LongestFolder} leave room for the server's socket");
        }

        try
        {
            var parent = Path.GetDirectoryName(folder.Root)!;
            var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Directory.CreateDirectory(parent, Environment.IsPrivilegedProcess ? mode | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : mode);
            owner.CreateFolder(folder.Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BranchErrors.FromStorage(e, folder.Root);
        }

        try
        {
            await account.RunAsync("/bin/sh", ["-c", "cd \"$1\" && test -w .", "sh", folder.Root], null, cancellationToken);
        }
        catch (ToolException e)
        {
            Directory.Delete(folder.Root);
            throw Unusable(folder, "the account that the server runs as may not enter it", e);
        }
    }

    private static StorageException Unusable(BranchFolder folder, string why, Exception? inner = null) =>
        new(ErrorCatalog.BranchPlaceUnusable, $"The folder {folder.Root} cannot hold a branch: {why}.", new ErrorContext { Target = folder.Root }, inner);
}
