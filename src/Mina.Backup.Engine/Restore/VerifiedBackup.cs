using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>A backup that was read in full and found sound, with what a restore needs of it.</summary>
public sealed class VerifiedBackup : IDisposable
{
    /// <summary>Name of the backup.</summary>
    public required string Name { get; init; }

    /// <summary>Place that holds it.</summary>
    public required IBackupStore Store { get; init; }

    /// <summary>Data file within the place.</summary>
    public required string FileName { get; init; }

    /// <summary>Companion with roles and tablespaces; null when there is none.</summary>
    public string? GlobalsFileName { get; init; }

    /// <summary>What is wrong with the companion, as an exception to throw where it is needed; null when nothing is.</summary>
    public IntegrityException? GlobalsProblem { get; init; }

    /// <summary>How the data file is protected.</summary>
    public required BackupEncryption Encryption { get; init; }

    /// <summary>Its index; null for files of other scripts.</summary>
    public BackupIndex? Index { get; init; }

    /// <summary>What a file of other scripts was found to hold; null where there is an index.</summary>
    public ScriptSummary? Summary { get; init; }

    /// <summary>Length of the plain SQL in bytes.</summary>
    public required long PlainLength { get; init; }

    /// <summary>Rows of all tables.</summary>
    public required long Rows { get; init; }

    /// <summary>Hexadecimal SHA-256 of the data file as it was verified.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Major version of the server that it is of; null where nothing says so.</summary>
    public int? ServerMajor => Index is { } index
        ? index.Header.ServerVersionNumber / 10000
        : int.TryParse(Summary?.ServerVersion?.Split('.', ' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;

    /// <summary>What opens its files.</summary>
    public required KeyRing Keys { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Keys.Dispose();
}

/// <summary>
/// Reads a backup. Anything short of sound is an error: damaged, truncated, hostile, or not to be opened with the keys given.
/// </summary>
public delegate Task<VerifiedBackup> BackupOpener(BackupReference backup, KeyRequest keys, OpeningCheck check, RunContext context, CancellationToken cancellationToken);

/// <summary>Makes the safety backup of a live database.</summary>
public delegate Task<BackupResult> SafetyBackupMaker(BackupRequest request, RunContext context, CancellationToken cancellationToken);
