using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>The failures of branches on this machine, worded alike.</summary>
internal static class BranchErrors
{
    /// <summary>A failure on the disk that holds the branches.</summary>
    public static MinaException FromStorage(Exception e, string path)
    {
        if (e is MinaException known && known.Definition != ErrorCatalog.DiskFull)
        {
            return known;
        }

        try
        {
            return StorageErrors.Translate<MinaException>(path, "written", () => throw e);
        }
        catch (StorageException translated)
        {
            return translated.Definition == ErrorCatalog.DiskFull ? DiskFull(path, e) : translated;
        }
    }

    /// <summary>The disk is full.</summary>
    public static StorageException DiskFull(string path, Exception? inner = null) =>
        new(ErrorCatalog.BranchDiskFull, $"The disk that holds {path} is full, or its quota is used up.", new ErrorContext { Target = path }, inner);

    /// <summary>There is no such branch.</summary>
    public static CatalogException NotFound(string name) =>
        new(ErrorCatalog.BranchNotFound, $"There is no branch {name} on this machine.", new ErrorContext { Target = name });
}
