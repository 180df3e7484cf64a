namespace Mina.Backup.Model;

// What a server answers, or that it does not.
public static partial class ErrorCatalog
{
    /// <summary>The database server did not answer.</summary>
    public static readonly ErrorDefinition ServerUnreachable = new(
        nameof(ServerUnreachable),
        ErrorKind.Unavailable,
        "The database server did not answer.",
        "Check host, port, firewall and that the server runs.");

    /// <summary>The server refused the credentials.</summary>
    public static readonly ErrorDefinition AuthenticationFailed = new(
        nameof(AuthenticationFailed),
        ErrorKind.AuthenticationFailed,
        "The server refused the credentials.",
        "Check user name and password, and the server's pg_hba.conf.");

    /// <summary>The database does not exist on the server.</summary>
    public static readonly ErrorDefinition DatabaseNotFound = new(
        nameof(DatabaseNotFound),
        ErrorKind.NotFound,
        "The database does not exist on the server.",
        "Check the database's name, or create it.");

    /// <summary>The role lacks a right on an object.</summary>
    public static readonly ErrorDefinition PermissionDenied = new(
        nameof(PermissionDenied),
        ErrorKind.PermissionDenied,
        "The role lacks a right on an object.",
        "Grant the right named, or connect as a role that has it; pg_read_all_data suffices for a backup.");

    /// <summary>Row-level security would hide rows from the backup.</summary>
    public static readonly ErrorDefinition RowSecurityHidesRows = new(
        nameof(RowSecurityHidesRows),
        ErrorKind.PermissionDenied,
        "Row-level security would hide rows from the backup.",
        "Connect as a superuser or as a role with BYPASSRLS.");

    /// <summary>The address belongs to a transaction pooler, which cannot hold a snapshot.</summary>
    public static readonly ErrorDefinition PoolerNotSupported = new(
        nameof(PoolerNotSupported),
        ErrorKind.NotSupported,
        "The address belongs to a transaction pooler, which cannot hold a snapshot.",
        "Connect to the server directly.");

    /// <summary>The server or the network ended the connection during the work.</summary>
    public static readonly ErrorDefinition ServerConnectionLost = new(
        nameof(ServerConnectionLost),
        ErrorKind.Unavailable,
        "The server or the network ended the connection during the work.",
        "Look into the server's log, then run the command again.");

    /// <summary>The server ran out of disk space.</summary>
    public static readonly ErrorDefinition ServerDiskFull = new(
        nameof(ServerDiskFull),
        ErrorKind.ResourceExhausted,
        "The server ran out of disk space.",
        "Free space on the server and run the command again.");

    /// <summary>The server reported an error.</summary>
    public static readonly ErrorDefinition ServerStatementFailed = new(
        nameof(ServerStatementFailed),
        ErrorKind.Unspecified,
        "The server reported an error.",
        "Read the server's message, detail and hint.");

    /// <summary>The server or the connection string demands TLS and it could not be established.</summary>
    public static readonly ErrorDefinition TlsRequired = new(
        nameof(TlsRequired),
        ErrorKind.AuthenticationFailed,
        "The server or the connection string demands TLS and it could not be established.",
        "Check sslmode and the server's certificate.");

    private static ErrorDefinition[] ServerErrors =>
    [
        ServerUnreachable,
        AuthenticationFailed,
        DatabaseNotFound,
        PermissionDenied,
        RowSecurityHidesRows,
        PoolerNotSupported,
        ServerConnectionLost,
        ServerDiskFull,
        ServerStatementFailed,
        TlsRequired,
    ];
}
