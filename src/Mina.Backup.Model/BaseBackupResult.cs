using System.Diagnostics.CodeAnalysis;

namespace Mina.Backup.Model;

/// <summary>A base backup that was just made. Binds wherever a listed one does.</summary>
public sealed record BaseBackupResult : BaseBackupInfo
{
    /// <summary>Creates the result over what a list shows of it.</summary>
    /// <param name="info">The base backup as a list shows it.</param>
    /// <param name="logPath">Log of the run.</param>
    /// <param name="phases">Time per phase, in order.</param>
    /// <param name="verification">Verification after writing; null when skipped.</param>
    [SetsRequiredMembers]
    public BaseBackupResult(BaseBackupInfo info, string logPath, IReadOnlyList<PhaseTiming> phases, BaseBackupVerification? verification)
        : base(info)
    {
        LogPath = logPath;
        Phases = phases;
        Verification = verification;
    }

    /// <summary>Log of the run.</summary>
    public string LogPath { get; }

    /// <summary>Time per phase, in order.</summary>
    public IReadOnlyList<PhaseTiming> Phases { get; }

    /// <summary>Verification after writing; null when skipped.</summary>
    public BaseBackupVerification? Verification { get; }
}
