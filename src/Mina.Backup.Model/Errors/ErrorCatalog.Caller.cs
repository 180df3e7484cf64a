namespace Mina.Backup.Model;

// What the caller asked for cannot be done as asked.
public static partial class ErrorCatalog
{
    /// <summary>No source database was given.</summary>
    public static readonly ErrorDefinition SourceNotGiven = new(
        nameof(SourceNotGiven),
        ErrorKind.InvalidArgument,
        "No source database was given.",
        "Give -Database a connection URI or Npgsql string, or set DATABASE_URL.");

    /// <summary>No target server was given for a restore.</summary>
    public static readonly ErrorDefinition TargetNotGiven = new(
        nameof(TargetNotGiven),
        ErrorKind.InvalidArgument,
        "No target server was given for a restore.",
        "Give -Database a connection URI or Npgsql string of the target server, or set DATABASE_URL.");

    /// <summary>A connection URI or string cannot be read.</summary>
    public static readonly ErrorDefinition ConnectionStringInvalid = new(
        nameof(ConnectionStringInvalid),
        ErrorKind.InvalidArgument,
        "A connection URI or string cannot be read.",
        "Use postgresql://user@host:port/database or Host=...;Database=...;Username=....");

    /// <summary>Encryption is required but no passphrase or recipient was given.</summary>
    public static readonly ErrorDefinition EncryptionRequired = new(
        nameof(EncryptionRequired),
        ErrorKind.InvalidArgument,
        "Encryption is required but no passphrase or recipient was given.",
        "Set GPG_BACKUP_PASSPHRASE, or give -PassphraseFile, -Passphrase or -Recipient.");

    /// <summary>Two options contradict each other.</summary>
    public static readonly ErrorDefinition OptionConflict = new(
        nameof(OptionConflict),
        ErrorKind.InvalidArgument,
        "Two options contradict each other.",
        "Give only one of the options named.");

    /// <summary>A question would have to be asked, and there is no terminal to ask on.</summary>
    public static readonly ErrorDefinition InteractionUnavailable = new(
        nameof(InteractionUnavailable),
        ErrorKind.InvalidArgument,
        "A question would have to be asked, and there is no terminal to ask on.",
        "Give the switch named in the message.");

    private static ErrorDefinition[] CallerErrors =>
    [
        SourceNotGiven,
        TargetNotGiven,
        ConnectionStringInvalid,
        EncryptionRequired,
        OptionConflict,
        InteractionUnavailable,
    ];
}
