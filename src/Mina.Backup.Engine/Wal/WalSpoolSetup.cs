using System.Runtime.Versioning;
using System.Text;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Makes a spool that the server's account, and nobody else but root, can use, puts the script into it and proves, as that account, that it works.
/// </summary>
/// <param name="folder">Full path of the spool.</param>
/// <param name="account">The server's account; null on Windows, where folders inherit their rights.</param>
internal sealed class WalSpoolSetup(string folder, HostAccount? account)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    // Folders on the way to the spool stay this user's: the server's account may pass through them, not change them.
    private const UnixFileMode Passage = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Script = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    /// <summary>Full path of the script.</summary>
    public string ScriptPath => Path.Combine(folder, WalScript.FileName);

    /// <summary>Makes the folder and the script, and tries the script.</summary>
    /// <exception cref="Model.StorageException"><c>SpoolInaccessible</c>, <c>FolderUnsafe</c>, <c>StorageAccessDenied</c>, <c>DiskFull</c>, <c>StorageFailed</c>.</exception>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        StorageErrors.Translate(folder, "prepared", () =>
        {
            MakeFolder();
            return true;
        });
        var text = OperatingSystem.IsWindows() ? WalScript.Windows : WalScript.Posix(await SyncTakesNamesAsync(cancellationToken));
        StorageErrors.Translate(ScriptPath, "written", () =>
        {
            WriteScript(text);
            return true;
        });
        await ProveAsync(cancellationToken);
    }

    /// <summary>Writes down what was set.</summary>
    public void Remember(WalArchivingRecord record)
    {
        record.Write(folder);
        GiveAway(Path.Combine(folder, WalArchivingRecord.FileName));
    }

    /// <summary>Removes script and record; WAL that lies in the spool stays.</summary>
    public void Remove() => StorageErrors.Translate(folder, "cleared", () =>
    {
        File.Delete(ScriptPath);
        File.Delete(Path.Combine(folder, WalArchivingRecord.FileName));
        FolderSync.Flush(folder);
        return true;
    });

    private void MakeFolder()
    {
        FolderGuard.Check(folder);
        if (OperatingSystem.IsWindows() || account is null)
        {
            Directory.CreateDirectory(folder);
            return;
        }

        if (!account.IsCurrent && !Environment.IsPrivilegedProcess)
        {
            throw WalSetupErrors.Inaccessible(
                folder, $"it runs as {account.Name}, and only that account and root can make a folder of that account.", $"Run this as root or as {account.Name}.");
        }

        if (Path.GetDirectoryName(folder) is { } parent && !Directory.Exists(parent))
        {
            Directory.CreateDirectory(parent, Passage);
        }

        Directory.CreateDirectory(folder, OwnerOnly);
        FolderGuard.Check(folder);
        TakeOver(account);
        FolderSync.Flush(Path.GetDirectoryName(folder)!);
    }

    [UnsupportedOSPlatform("windows")]
    private void TakeOver(HostAccount owner)
    {
        var (user, _) = UnixFiles.OwnersOf(folder);
        if (user != owner.UserId && user != UnixFiles.EffectiveUser())
        {
            throw WalSetupErrors.Inaccessible(folder, FormattableString.Invariant($"it belongs to user {user}."), "Give -SpoolPath another folder, or remove this one.");
        }

        GiveAway(folder);
        File.SetUnixFileMode(folder, OwnerOnly);
    }

    private void GiveAway(string path)
    {
        if (!OperatingSystem.IsWindows() && account is { IsCurrent: false })
        {
            UnixFiles.ChangeOwners(path, account.UserId, account.GroupId);
        }
    }

    // The folder may belong to an account that is not to be trusted by root: nothing here follows a link, and the mode is given at birth.
    private void WriteScript(string text)
    {
        var temporary = ScriptPath + ".tmp";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Script;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        GiveAway(temporary);
        File.Move(temporary, ScriptPath, overwrite: true);
        FolderSync.Flush(folder);
    }

    /// <summary>Whether this host's sync opens what it is told to flush; one that ignores names succeeds for a file that is not there.</summary>
    private static async Task<bool> SyncTakesNamesAsync(CancellationToken cancellationToken)
    {
        var program = new ClientTool("sync", "/bin/sh", new Version(0, 0));
        await using var process = ToolProcess.Start(program, ["-c", "sync -- /nonexistent/mina"], new Dictionary<string, string>(), cancellationToken);
        process.StandardInput.Close();
        return (await process.WaitAsync(cancellationToken)).Code != 0;
    }

    private async Task ProveAsync(CancellationToken cancellationToken)
    {
        if (account is null)
        {
            return;
        }

        var (exit, _) = await account.RunAsync(ScriptPath, ["probe", "probe"], cancellationToken);
        if (exit.Code != 0)
        {
            throw WalSetupErrors.Inaccessible(
                folder,
                $"run as {account.Name}, its script ended with status {exit.Code.ToString(System.Globalization.CultureInfo.InvariantCulture)}: {exit.ErrorText.Trim()}",
                $"See that {account.Name} may pass through all folders above the spool, or give -SpoolPath another one.");
        }
    }
}
