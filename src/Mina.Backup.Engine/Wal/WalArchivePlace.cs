using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Where an archive is: WAL in <c>wal</c> and base backups in <c>base</c> below it, each a place of the storage contract, and the local folder,
/// the spool, into which the server or the receiver writes plain files.
/// </summary>
/// <param name="Location">The archive, as the operator names it.</param>
/// <param name="Spool">Full path of the spool; null when the archive is no folder and none was given.</param>
public sealed record WalArchivePlace(string Location, string? Spool)
{
    /// <summary>Variable with the archive's place.</summary>
    public const string LocationVariable = "MINA_WAL_ARCHIVE";

    /// <summary>Variable with the spool's folder.</summary>
    public const string SpoolVariable = "MINA_WAL_SPOOL";

    private const string SpoolSuffix = ".spool";

    /// <summary>Place of the WAL.</summary>
    public string WalLocation => Below("wal");

    /// <summary>Place of the base backups.</summary>
    public string BaseLocation => Below("base");

    /// <summary>Place of the filenode maps, which give the tables in the log their names.</summary>
    public string NamesLocation => Below("names");

    /// <summary>Full path of the spool.</summary>
    /// <exception cref="ConfigurationException"><c>SpoolNotGiven</c>.</exception>
    public string RequiredSpool => Spool ?? throw new ConfigurationException(
        ErrorCatalog.SpoolNotGiven,
        $"The archive {Location} is no folder of this machine, and no spool was given.",
        new ErrorContext { Target = Location });

    private bool IsFolder => !Location.Contains("://", StringComparison.Ordinal);

    /// <summary>The place given, else that of <c>MINA_WAL_ARCHIVE</c>; the spool given, else that of <c>MINA_WAL_SPOOL</c>, else the folder's sibling.</summary>
    /// <exception cref="ConfigurationException"><c>ArchiveNotGiven</c>.</exception>
    public static WalArchivePlace Resolve(string? archive, string? spool, HostEnvironment environment)
    {
        var location = archive ?? environment.Variable(LocationVariable)
            ?? throw new ConfigurationException(ErrorCatalog.ArchiveNotGiven, "No WAL archive was given.");
        var place = new WalArchivePlace(location, null);
        if (place.IsFolder)
        {
            place = place with { Location = FullPath(location, environment) };
        }

        var folder = spool ?? environment.Variable(SpoolVariable);
        return place with
        {
            Spool = folder is not null ? FullPath(folder, environment) : place.IsFolder ? place.Location + SpoolSuffix : null,
        };
    }

    private static string FullPath(string path, HostEnvironment environment)
    {
        var expanded = path is "~" ? environment.HomeDirectory
            : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(environment.HomeDirectory, path[2..])
            : path;
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(expanded));
    }

    private string Below(string name) => IsFolder ? Path.Combine(Location, name) : $"{Location.TrimEnd('/')}/{name}";
}
