namespace Mina.Backup.Model;

// What a restore may aim at.
public static partial class ErrorCatalog
{
    /// <summary>The name of a database is longer than PostgreSQL keeps.</summary>
    public static readonly ErrorDefinition DatabaseNameTooLong = new(
        nameof(DatabaseNameTooLong),
        ErrorKind.InvalidArgument,
        "The name of a database is longer than PostgreSQL keeps.",
        "Give a name of at most 63 bytes; PostgreSQL would cut a longer one without an error.");

    /// <summary>The target is a database that the server itself needs.</summary>
    public static readonly ErrorDefinition TargetReserved = new(
        nameof(TargetReserved),
        ErrorKind.Refused,
        "The target is a database that the server itself needs.",
        "Give -TargetDatabase the name of the database to restore into.");

    private static ErrorDefinition[] TargetErrors =>
    [
        DatabaseNameTooLong,
        TargetReserved,
    ];
}
