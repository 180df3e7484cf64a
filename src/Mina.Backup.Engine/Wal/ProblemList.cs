using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>Gathers what is wrong with an archive.</summary>
internal sealed class ProblemList
{
    private readonly List<WalArchiveProblem> problems = [];

    /// <summary>The worst first; the same thing only once.</summary>
    public IReadOnlyList<WalArchiveProblem> WorstFirst() => [.. problems.Distinct().OrderByDescending(problem => problem.State)];

    /// <summary>Does a part of the looking; a failure becomes a problem, and its result null.</summary>
    public async Task<T?> TryAsync<T>(Func<Task<T?>> look)
        where T : class
    {
        try
        {
            return await look();
        }
        catch (MinaException e)
        {
            problems.Add(new WalArchiveProblem
            {
                // A server that does not answer says nothing about the archive, and a file that cannot be read is no use to recovery.
                State = e is IntegrityException ? WalArchiveState.Gap : WalArchiveState.Limited,
                Message = e.Message,
                RecommendedAction = e.RecommendedAction,
                ErrorId = e.ErrorId,
            });
            return null;
        }
    }

    /// <summary>What the archive alone shows.</summary>
    public void AddAboutArchive(WalArchiveInfo info, IReadOnlyList<BaseBackupInfo> bases)
    {
        if (info.Files == 0)
        {
            Add(WalArchiveState.Limited, "The archive is empty.", "See that WAL reaches the spool (Enable-MinaWalArchiving or Start-MinaWalReceiver) and the archive (Sync-MinaWalArchive).");
        }

        if (bases.Count == 0)
        {
            Add(WalArchiveState.Limited, "There is no base backup: nothing can be recovered yet.", "Make one with New-MinaBaseBackup.");
        }
        else if (info.Window is null)
        {
            Add(WalArchiveState.Gap, "No base backup has the WAL that it needs.", "Make a base backup with New-MinaBaseBackup once WAL is archived.");
        }

        foreach (var gap in info.Gaps.Where(gap => gap.BehindBaseBackup))
        {
            Add(
                WalArchiveState.Gap,
                string.Create(CultureInfo.InvariantCulture, $"{gap.Segments} segments are missing from {gap.FirstMissing} on; base backups before reach no further."),
                "Make a base backup with New-MinaBaseBackup, and find out who removed the segments or why they were never archived.");
        }
    }

    /// <summary>What the server shows.</summary>
    public void AddAboutServer(WalArchiveInfo info, WalArchiveDescriptor? descriptor, ServerWal server, string? receiverSlot, TimeSpan maximumLag)
    {
        if (descriptor is not null && descriptor.SystemIdentifier != server.SystemIdentifier)
        {
            Add(
                WalArchiveState.Failing,
                FormattableString.Invariant($"The archive holds the WAL of the cluster {descriptor.SystemIdentifier}, and {info.Server} is {server.SystemIdentifier}."),
                "Give the server that the archive belongs to, or the archive of this server.");
            return;
        }

        AddAboutArchiver(server);
        AddAboutSlots(server, receiverSlot);
        if (info.LagTime > maximumLag)
        {
            Add(
                WalArchiveState.Behind,
                FormattableString.Invariant($"A commit has waited for the archive for {(info.LagIsEstimate ? "about " : "")}{info.LagTime.Value.TotalSeconds:0} s; {info.LagBytes} bytes of log are not in it."),
                "See that Sync-MinaWalArchive -Continuous runs, and what its results say.");
        }
    }

    private void AddAboutArchiver(ServerWal server)
    {
        var archiver = server.Archiver;
        if (archiver.Failing)
        {
            var waiting = archiver.WaitingFiles is { } files ? FormattableString.Invariant($"; {files} files wait, and pg_wal grows until they are archived") : "";
            Add(
                WalArchiveState.Failing,
                FormattableString.Invariant($"The server cannot archive {archiver.LastFailed}: {archiver.FailedCount} attempts failed, the last at {archiver.LastFailedAt:u}{waiting}."),
                "Read the server's log for the words of mina-archive-wal; free space in the spool or mend its rights. The server tries again by itself.");
        }

        if (archiver.ArchiveMode == "off" && !server.Slots.Any(slot => slot.Active))
        {
            Add(WalArchiveState.Failing, "The server neither archives nor streams its WAL.", "Set it up with Enable-MinaWalArchiving, or run Start-MinaWalReceiver.");
        }
        else if (archiver.ArchiveMode != "off" && !archiver.Configured)
        {
            Add(WalArchiveState.Failing, "archive_mode is on and archive_command is empty: the server keeps all WAL.", "Run Enable-MinaWalArchiving, or restart the server with archive_mode off.");
        }
    }

    private void AddAboutSlots(ServerWal server, string? receiverSlot)
    {
        foreach (var slot in server.Slots)
        {
            if (slot.WalStatus == "lost")
            {
                Add(
                    WalArchiveState.Failing,
                    $"The slot {slot.Name} has lost WAL that its receiver had not got.",
                    "Drop the slot, start the receiver again and make a new base backup.");
            }
            else if (!slot.Active && slot.Name == receiverSlot)
            {
                Add(
                    WalArchiveState.Failing,
                    FormattableString.Invariant($"No receiver is connected to the slot {slot.Name}, and the server keeps {slot.RetainedBytes ?? 0} bytes for it."),
                    "Start Start-MinaWalReceiver, or drop the slot if it is not used any more.");
            }
        }
    }

    private void Add(WalArchiveState state, string message, string action) =>
        problems.Add(new WalArchiveProblem { State = state, Message = message, RecommendedAction = action });
}
