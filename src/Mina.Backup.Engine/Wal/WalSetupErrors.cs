using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>The failures of setting archiving up, worded alike.</summary>
internal static class WalSetupErrors
{
    public static ServerException Taken(string server, string how) =>
        new(ErrorCatalog.ArchivingTaken, $"{server} archives already: {how}.", new ErrorContext { Target = server });

    public static ServerException NotLocal(string server, string why) =>
        new(ErrorCatalog.ServerNotLocal, $"{server} does not run on this machine: {why}.", new ErrorContext { Target = server });

    public static StorageException Inaccessible(string spool, string why, string? action = null) =>
        new(ErrorCatalog.SpoolInaccessible, $"The server cannot use the spool {spool}: {why}", new ErrorContext { Target = spool, Action = action });

    public static ServerException NotApplied(string server, string setting, string why, string? action = null) =>
        new(ErrorCatalog.SettingNotApplied, $"{server} does not take over {setting}: {why}.", new ErrorContext { Target = setting, Action = action });

    public static ServerException NoSummaries(string server) => new(
        ErrorCatalog.IncrementalNotSupported,
        $"{server} is older than PostgreSQL 17 and cannot note which blocks change.",
        new ErrorContext { Target = server, Action = "Leave -SummarizeWal out." });

    public static CatalogException NotEnabled(string spool) =>
        new(ErrorCatalog.ArchivingNotEnabled, $"The spool {spool} has no record of settings made by Enable-MinaWalArchiving.", new ErrorContext { Target = spool });

    public static IntegrityException RecordUnreadable(string path, Exception inner) => new(
        ErrorCatalog.ArchivingNotEnabled,
        $"The record {path} of what Enable-MinaWalArchiving set is damaged.",
        new ErrorContext { Target = path, Action = "Compare the server's postgresql.auto.conf with what it should be, and remove the record." },
        inner);
}
