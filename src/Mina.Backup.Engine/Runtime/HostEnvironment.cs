namespace Mina.Backup.Engine.Runtime;

/// <summary>What the engine takes from the machine it runs on: variables and folders. Tests give their own.</summary>
public sealed record HostEnvironment
{
    /// <summary>Reads an environment variable; null when unset or empty.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The user's home folder.</summary>
    public required string HomeDirectory { get; init; }

    /// <summary>The machine's shared temporary folder.</summary>
    public required string TempDirectory { get; init; }

    /// <summary>Folder for logs and history, of this user alone.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Folder of encrypted backups when none is given: <c>~/.mina_backups_encrypted</c>.</summary>
    public string EncryptedBackupDirectory =>
        Variable("MINA_ENCRYPTED_BACKUP_PATH") ?? Path.Combine(HomeDirectory, ".mina_backups_encrypted");

    /// <summary>Folder of unencrypted backups when none is given: <c>/tmp/mina_backups</c>, elsewhere the platform's temporary folder.</summary>
    public string PlainBackupDirectory =>
        Variable("MINA_BACKUP_PATH") ?? Path.Combine(TempDirectory, "mina_backups");

    // The platform believes HOME before it asks for the account's own folder; without one there is no better place than the temporary one.
    private static string AccountFolder()
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.IsPathFullyQualified(folder) ? folder : Path.GetTempPath();
    }

    /// <summary>The environment of this process.</summary>
    public static HostEnvironment Current() => From(Environment.GetEnvironmentVariable);

    /// <summary>The environment that variables describe; an empty one counts as unset.</summary>
    public static HostEnvironment From(Func<string, string?> variable)
    {
        string? Read(string name) => variable(name) is { Length: > 0 } value ? value : null;

        // A relative one would scatter backups and logs over whatever folders commands are started in; the XDG specification ignores it, too.
        string? ReadFolder(string name) => Read(name) is { } path && Path.IsPathFullyQualified(path) ? path : null;

        var home = ReadFolder("HOME") ?? AccountFolder();
        var state = Read("MINA_STATE_PATH")
            ?? (OperatingSystem.IsWindows()
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "mina-backup")
                : Path.Combine(ReadFolder("XDG_STATE_HOME") ?? Path.Combine(home, ".local", "state"), "mina-backup"));
        return new HostEnvironment
        {
            Variable = Read,
            HomeDirectory = home,
            TempDirectory = OperatingSystem.IsWindows() ? Path.GetTempPath() : "/tmp",
            StateDirectory = state,
        };
    }
}
