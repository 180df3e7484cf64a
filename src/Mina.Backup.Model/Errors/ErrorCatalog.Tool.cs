namespace Mina.Backup.Model;

// Programs of PostgreSQL on this machine.
public static partial class ErrorCatalog
{
    /// <summary>A PostgreSQL client program is not installed.</summary>
    public static readonly ErrorDefinition ToolMissing = new(
        nameof(ToolMissing),
        ErrorKind.NotFound,
        "A PostgreSQL client program is not installed.",
        "Install the PostgreSQL client programs of the server's major version, or set MINA_PG_BIN to their folder.");

    /// <summary>A PostgreSQL client program is too old for the server, or for restoring safely.</summary>
    public static readonly ErrorDefinition ToolTooOld = new(
        nameof(ToolTooOld),
        ErrorKind.NotSupported,
        "A PostgreSQL client program is too old for the server, or for restoring safely.",
        "Install client programs of the server's major version or newer, in their latest minor version.");

    /// <summary>A PostgreSQL program ended with an error.</summary>
    public static readonly ErrorDefinition ToolFailed = new(
        nameof(ToolFailed),
        ErrorKind.Unspecified,
        "A PostgreSQL program ended with an error.",
        "Read its message; the run's log has all of its output.");

    /// <summary>A PostgreSQL program was killed by a signal.</summary>
    public static readonly ErrorDefinition ToolKilled = new(
        nameof(ToolKilled),
        ErrorKind.Unavailable,
        "A PostgreSQL program was killed by a signal.",
        "Find out what ended it (out of memory, an operator) and run the command again.");

    /// <summary>A disposable PostgreSQL cluster could not be started.</summary>
    public static readonly ErrorDefinition ClusterStartFailed = new(
        nameof(ClusterStartFailed),
        ErrorKind.Unavailable,
        "A disposable PostgreSQL cluster could not be started.",
        "Read the server's log quoted in the message.");

    private static ErrorDefinition[] ToolErrors =>
    [
        ToolMissing,
        ToolTooOld,
        ToolFailed,
        ToolKilled,
        ClusterStartFailed,
    ];
}
