using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal;

/// <summary>An archive to look at.</summary>
public sealed record WalStatusRequest
{
    /// <summary>The archive; <c>MINA_WAL_ARCHIVE</c> when null.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>The spool; <c>MINA_WAL_SPOOL</c>, else the archive's sibling when null.</summary>
    public string? SpoolPath { get; init; }

    /// <summary>Connection URI or Npgsql string of the server; <c>DATABASE_URL</c> when null. Without either, no server is asked.</summary>
    public string? Database { get; init; }

    /// <summary>Whose points; those of whoever the machine is set up for when null.</summary>
    public PitrProvider? Provider { get; init; }

    /// <summary>What opens the archive's files.</summary>
    public KeyRequest Keys { get; init; } = new();

    /// <summary>Longest time that a commit should wait for the archive.</summary>
    public TimeSpan MaximumLag { get; init; } = TimeSpan.FromMinutes(5);
}
