using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>The failures of reading and writing an archive, worded alike.</summary>
internal static class WalErrors
{
    /// <summary>Neither archive nor spool has the file.</summary>
    public static CatalogException NotFound(WalFileName name, string place) =>
        new(ErrorCatalog.WalFileNotFound, $"{name} is neither in the archive {place} nor in its spool.", new ErrorContext { Target = name.Text });

    /// <summary>A file's content is not what its name says.</summary>
    public static IntegrityException Invalid(string address, string problem) =>
        new(ErrorCatalog.WalFileInvalid, $"{address} is not the WAL that its name says: {problem}.", new ErrorContext { Target = address });

    /// <summary>The archive has other content under a name.</summary>
    public static IntegrityException Differs(string spooled, string stored) => new(
        ErrorCatalog.WalFileDiffers,
        $"{spooled} and {stored} have the same name and different content; both were left as they are.",
        new ErrorContext { Target = spooled });

    /// <summary>WAL of a foreign cluster.</summary>
    public static IntegrityException OtherCluster(string address, ulong found, ulong expected) => new(
        ErrorCatalog.WalOfOtherCluster,
        FormattableString.Invariant($"{address} was written by the cluster with system identifier {found}, and the archive holds the WAL of {expected}."),
        new ErrorContext { Target = address });
}
