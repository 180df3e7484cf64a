using System.Text;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>The name of the database to restore into, checked as far as a name alone tells.</summary>
internal static class TargetName
{
    // PostgreSQL cuts a longer name silently: the first restore would make another database than was asked for, and the next not find it.
    private const int GreatestLength = 63;

    /// <summary>The name asked for, or else the one that the connection names.</summary>
    /// <exception cref="ConfigurationException"><c>DatabaseNameTooLong</c>.</exception>
    /// <exception cref="RestoreException"><c>TargetReserved</c>.</exception>
    public static string Resolve(RestoreRequest request, ConnectionTarget given)
    {
        var name = request.TargetDatabase ?? given.Database;
        if (Encoding.UTF8.GetByteCount(name) > GreatestLength)
        {
            throw new ConfigurationException(
                ErrorCatalog.DatabaseNameTooLong,
                FormattableString.Invariant($"The database name {name} has {Encoding.UTF8.GetByteCount(name)} bytes."),
                new ErrorContext { Target = name });
        }

        if (name is "template0" or "template1")
        {
            throw new RestoreException(
                ErrorCatalog.TargetReserved,
                $"The server makes every new database out of {name}, also those of later restores.",
                new ErrorContext { Target = name });
        }

        return name != "postgres" || request.TargetDatabase is not null
            ? name
            : throw new RestoreException(
                ErrorCatalog.TargetReserved,
                "The connection names the database postgres, which is there to connect to, and no other target was given.",
                new ErrorContext { Target = name, Action = "Give -TargetDatabase the name of the database to restore into; -TargetDatabase postgres if it is that one." });
    }
}
