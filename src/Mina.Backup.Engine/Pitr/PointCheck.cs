using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>What holds of a point, whoever is to reach it.</summary>
internal static class PointCheck
{
    /// <summary>Refuses what cannot be a point.</summary>
    /// <exception cref="ConfigurationException"><c>OptionConflict</c>, <c>PointInFuture</c>.</exception>
    public static void Run(PitrTarget target, DateTimeOffset now)
    {
        bool[] given = [target.Time is not null, target.Lsn is not null, target.Xid is not null, target.RestorePoint is not null];
        var expected = target.Kind == PitrTargetKind.Latest ? -1 : (int)target.Kind;
        if (given.Where((isGiven, place) => isGiven != (place == expected)).Any())
        {
            throw new ConfigurationException(ErrorCatalog.OptionConflict, "A branch has exactly one point: a time, an LSN, a transaction, a restore point, or the latest.");
        }

        if (target.Time > now)
        {
            throw new ConfigurationException(
                ErrorCatalog.PointInFuture,
                $"The point {target} lies in the future; now it is {Text(now)}.",
                new ErrorContext { Target = target.ToString() });
        }
    }

    /// <summary>A time in an error, the same in every culture.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
