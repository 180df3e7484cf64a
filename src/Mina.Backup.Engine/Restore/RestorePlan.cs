using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Restore;

/// <summary>Everything that the steps of one restore share.</summary>
internal sealed record RestorePlan
{
    /// <summary>What was asked for.</summary>
    public required RestoreRequest Request { get; init; }

    /// <summary>The run.</summary>
    public required RunContext Context { get; init; }

    /// <summary>The backup, read in full and sound.</summary>
    public required VerifiedBackup Backup { get; init; }

    /// <summary>The server.</summary>
    public required TargetServer Server { get; init; }

    /// <summary>Names of the databases.</summary>
    public required RestoreNames Names { get; init; }

    /// <summary>What the target was found to be.</summary>
    public required TargetState State { get; init; }

    /// <summary>psql.</summary>
    public required ClientTool Psql { get; init; }

    /// <summary>Phases and progress of the run.</summary>
    public required PhaseClock Phases { get; init; }

    /// <summary>Notes for the result.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Connections that load or compare at once.</summary>
    public int Jobs => Math.Max(1, Request.Jobs ?? Math.Clamp(Environment.ProcessorCount, 2, 8));

    /// <summary>Statements that are left out.</summary>
    public ScriptFilter Filter => new(Request.NoOwner, Request.NoPrivileges, Request.InPlace, State.Major < 17, ForeignDefaults: ForeignDefaults);

    /// <summary>Default privileges of others.</summary>
    public required ForeignDefaults ForeignDefaults { get; init; }

    /// <summary>Properties that the restored database gets: those of the live one, else those recorded; null where neither is known.</summary>
    public DatabaseProperties? Properties => State.Live ?? Backup.Index?.Header.Database;

    /// <summary>Settings of the dumping session.</summary>
    public IReadOnlyDictionary<string, string> SessionSettings =>
        Backup.Index?.Header.SessionSettings ?? new Dictionary<string, string>();
}
