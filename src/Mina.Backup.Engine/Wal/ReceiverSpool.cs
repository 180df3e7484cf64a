using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// A spool while a receiver owns it. The receiver finds out from the newest segment in it where to go on, so that one is left there even when the
/// archive has it.
/// </summary>
internal sealed class ReceiverSpool : IDisposable
{
    private const string LockName = "mina-receiver.lock";
    private const string SlotName = "mina-receiver.slot";
    private readonly FileStream held;

    private ReceiverSpool(FileStream held) => this.held = held;

    /// <summary>Slot of the receiver that uses, or has used, a spool; null when none has.</summary>
    public static string? SlotIn(string folder)
    {
        var path = Path.Combine(folder, SlotName);
        return StorageErrors.Translate(path, "read", () => File.Exists(path) ? File.ReadAllText(path).Trim() : null);
    }

    /// <summary>Makes the spool when it is absent, and takes it.</summary>
    /// <exception cref="StorageException"><c>ReceiverRunning</c> when another receiver has it; <c>FolderUnsafe</c>, <c>StorageAccessDenied</c>.</exception>
    public static ReceiverSpool Take(string folder, string slot)
    {
        var path = Path.Combine(folder, LockName);
        return StorageErrors.Translate(folder, "prepared", () =>
        {
            FolderGuard.Ensure(folder);
            try
            {
                var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                }

                var spool = new ReceiverSpool(new FileStream(path, options));
                File.WriteAllText(Path.Combine(folder, SlotName), slot + "\n");
                return spool;
            }
            catch (IOException e) when (StorageErrors.IsHeld(e))
            {
                throw new StorageException(ErrorCatalog.ReceiverRunning, $"Another receiver writes into {folder}.", new ErrorContext { Target = folder }, e);
            }
        });
    }

    /// <summary>
    /// Removes running segments that hold nothing but zeros. pg_receivewal fills a new one up with them before it writes; killed meanwhile, it leaves one of an odd
    /// length behind and refuses to start again.
    /// </summary>
    public static void RemoveEmptyPartials(string folder)
    {
        var empty = new WalSpool(folder).List()
            .Where(file => file.Name.Kind == WalFileKind.Partial)
            .Select(file => Path.Combine(folder, file.StoredName))
            .Where(path => StorageErrors.Translate(path, "read", () => HoldsNothing(path)));
        foreach (var path in empty.ToList())
        {
            StorageErrors.Translate(path, "removed", () =>
            {
                File.Delete(path);
                return true;
            });
        }
    }

    /// <summary>First place in the log that a spool does not have; null while it has no segment.</summary>
    public static Lsn? ReceivedTo(string folder)
    {
        var newest = new WalSpool(folder).List()
            .Where(file => file.Name.Kind is WalFileKind.Segment or WalFileKind.Partial)
            .MaxBy(file => file.Name.Segment);
        if (newest is null)
        {
            return null;
        }

        using var content = PartialContent.Open(Path.Combine(folder, newest.StoredName));
        if (content is null || !WalGeometry.IsSegmentSize(content.FileLength))
        {
            return null;
        }

        var geometry = new WalGeometry(content.FileLength);
        return newest.Name.Kind == WalFileKind.Segment
            ? geometry.EndOf(newest.Name.Segment)
            : new Lsn(geometry.StartOf(newest.Name.Segment).Value + (ulong)content.End);
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    private static bool HoldsNothing(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var buffer = new byte[1 << 18];
        int count;
        while ((count = file.Read(buffer)) > 0)
        {
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }
}
