namespace Mina.Backup.Model;

/// <summary>Where a recovery drill ran.</summary>
public sealed record DrillEnvironment
{
    /// <summary>Name of the machine.</summary>
    public required string Machine { get; init; }

    /// <summary>Operating system and version.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>Cores that the process may use.</summary>
    public required int Processors { get; init; }

    /// <summary>Version of this module.</summary>
    public required string ModuleVersion { get; init; }

    /// <summary>Server version of the staging server; null when none was reached.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>What was restored into: <c>ephemeral cluster</c>, <c>staging server HOST</c> or <c>branch</c>.</summary>
    public required string Staging { get; init; }
}
