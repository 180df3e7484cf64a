namespace Mina.Backup.Model;

/// <summary>How a server archives its WAL, as set or unset by this product.</summary>
public sealed record WalArchivingInfo
{
    /// <summary>The server: host and port, or socket folder.</summary>
    public required string Server { get; init; }

    /// <summary>Whether archiving is set up; false once it was undone.</summary>
    public required bool Enabled { get; init; }

    /// <summary>The archive that the spool is for.</summary>
    public required string ArchivePath { get; init; }

    /// <summary>Folder into which the server puts finished segments.</summary>
    public required string SpoolPath { get; init; }

    /// <summary>The script that <c>archive_command</c> runs.</summary>
    public required string ScriptPath { get; init; }

    /// <summary>The operating system's account that the server runs as and that alone may use spool and script; null where it cannot be told.</summary>
    public string? ServerAccount { get; init; }

    /// <summary>The settings concerned, with the values before and after.</summary>
    public required IReadOnlyList<WalSetting> Settings { get; init; }

    /// <summary>Whether the server has to be restarted before archiving begins or, when it was undone, ends.</summary>
    public bool RestartNeeded => Settings.Any(setting => setting.NeedsRestart && setting.Current != setting.Wanted);

    /// <summary>Files in the spool that the archive does not have yet.</summary>
    public int SpooledFiles { get; init; }
}
