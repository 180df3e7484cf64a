namespace Mina.Backup.Model;

/// <summary>A server setting that WAL archiving needs.</summary>
public sealed record WalSetting
{
    /// <summary>Its name, such as <c>archive_mode</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The value that the server works with now; times in seconds.</summary>
    public required string Current { get; init; }

    /// <summary>The value that it is to have.</summary>
    public required string Wanted { get; init; }

    /// <summary>Whether the server takes it over only when it is restarted.</summary>
    public required bool NeedsRestart { get; init; }

    /// <summary>Whether <c>ALTER SYSTEM</c> has to set it; false also while a value set before waits for a restart.</summary>
    public required bool Changes { get; init; }

    /// <summary>Name and value as in a configuration file.</summary>
    public override string ToString() => $"{Name} = '{Wanted}'";
}
