using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.Names;

/// <summary>
/// Records the names of a server's tables beside other work, which goes on without them: a failure is a warning, the same one once. A service may call it as often
/// as it likes.
/// </summary>
/// <param name="recorder">Where to.</param>
/// <param name="server">The server.</param>
/// <param name="protection">How the archive's files are protected.</param>
/// <param name="keys">The run's keys.</param>
/// <param name="context">The run.</param>
internal sealed class NameRecording(FilenodeMapRecorder recorder, ConnectionTarget server, MessageProtection protection, KeyRing keys, RunContext context)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private long? looked;
    private string told = "";

    /// <summary>Records, unless it did within the last minute.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (looked is { } last && context.Clock.GetElapsedTime(last) < Pause)
        {
            return;
        }

        looked = context.Clock.GetTimestamp();
        try
        {
            if (await recorder.RecordAsync(server, protection, keys, context, cancellationToken) is { } map)
            {
                context.Verbose($"Wrote down the names of the tables as of {map.Lsn}.");
            }

            told = "";
        }
        catch (Exception e) when (e is ServerException or StorageException)
        {
            if (e.Message != told)
            {
                context.Warning($"The names of the tables could not be written down; Find-MinaTransaction may show tables that are gone as numbers: {e.Message}");
            }

            told = e.Message;
        }
    }
}
