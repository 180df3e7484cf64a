using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Mina.Backup.Engine.Drill;

/// <summary>Choices that a seed decides. Hashed, as neighboring seeds must choose independently of each other.</summary>
internal static class DrillSeed
{
    /// <summary>One of so many.</summary>
    public static int Choose(int seed, int count) => (int)(Hash(seed, "backup") % (ulong)count);

    /// <summary>A place within a stretch of so many units, its end left out.</summary>
    public static long Place(int seed, long length) => (long)(Hash(seed, "point") % (ulong)length);

    private static ulong Hash(int seed, string purpose) =>
        XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{purpose} {seed}")));
}
