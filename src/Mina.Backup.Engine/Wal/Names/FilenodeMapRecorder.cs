using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Names;

/// <summary>
/// Writes down which table lies in which file, so that what the log says of a table that is gone can still be told by name. A base backup records once it has
/// begun, a synchronization of the archive each time: it costs one short query per database, and writes only when something changed.
/// </summary>
/// <remarks>Beside other work use <c>NameRecording</c>, which makes a failure a warning.</remarks>
public sealed class FilenodeMapRecorder
{
    // The estimates of rows in a map tell how much an emptied table held.
    private static readonly TimeSpan GreatestAge = TimeSpan.FromHours(1);
    private readonly FilenodeMapStore store;

    /// <summary>Creates a recorder into a place.</summary>
    public FilenodeMapRecorder(FilenodeMapStore store) => this.store = store;

    /// <summary>Records the map of a server as it is now, unless the newest one says the same and is young.</summary>
    /// <param name="server">The server whose WAL the archive holds; any of its databases.</param>
    /// <param name="protection">How the archive's files are protected.</param>
    /// <param name="keys">The run's keys.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Ends the recording.</param>
    /// <returns>The map that was written; null when none had to be.</returns>
    /// <exception cref="ServerException">The server cannot be reached, or refuses. The caller decides whether its own work goes on without names.</exception>
    /// <exception cref="StorageException">The map cannot be written.</exception>
    public async Task<FilenodeMap?> RecordAsync(
        ConnectionTarget server, MessageProtection protection, KeyRing keys, RunContext context, CancellationToken cancellationToken)
    {
        var map = await FilenodeMapReader.ReadAsync(server, cancellationToken);
        foreach (var database in map.Unread)
        {
            context.Debug($"The tables of database {database.Name} could not be written down: {database.Problem}");
        }

        var name = FilenodeMapName.Of(map, protection.Encryption != BackupEncryption.None);
        var stored = await store.ListAsync(cancellationToken);
        if (stored.Count > 0 && stored[^1] is var (last, storedAt) && last.Hash == name.Hash && last.Timeline == name.Timeline && context.Now - storedAt < GreatestAge)
        {
            return null;
        }

        try
        {
            await store.WriteAsync(map, protection, keys, cancellationToken);
            return map;
        }
        catch (StorageException e) when (ReferenceEquals(e.Definition, ErrorCatalog.ObjectExists))
        {
            // Another run wrote the same map in the same moment: its name says so.
            return null;
        }
    }
}
