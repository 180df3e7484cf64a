using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr;

/// <summary>
/// One site for all tests that only read its archive: a base backup with a tablespace, then three rows, each at a time of its own, a restore point,
/// and everything archived, encrypted.
/// </summary>
public sealed class BranchFixture : IAsyncLifetime
{
    /// <summary>The site.</summary>
    public PitrSite Site { get; private set; } = null!;

    /// <summary>The base backup.</summary>
    public BaseBackupResult Base { get; private set; } = null!;

    /// <summary>Times between the rows: before the first, then behind each.</summary>
    public IReadOnlyList<DateTimeOffset> Times { get; private set; } = [];

    /// <summary>A time before the base backup's end and behind its start.</summary>
    public DateTimeOffset DuringBase { get; private set; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Branches need a Unix shell.");
        Site = await PitrSite.StartAsync(new Dictionary<string, string> { ["max_connections"] = "123" });
        var folder = Path.Combine(Path.GetDirectoryName(Site.Source.DataDirectory)!, "extra");
        await Scenarios.Programs.ShellAsync($"mkdir -m 700 {folder}; [ $(id -u) -ne 0 ] || chown postgres {folder}");
        await Site.SqlAsync($"CREATE TABLESPACE extra LOCATION '{folder}'", "CREATE TABLE rows (n int) TABLESPACE extra", "INSERT INTO rows VALUES (0)", "ALTER SYSTEM SET work_mem = '7MB'");
        DuringBase = await NowAsync();
        Base = await Site.BackUpAsync();
        var times = new List<DateTimeOffset> { await NowAsync() };
        for (var n = 1; n <= 3; n++)
        {
            await Site.SqlAsync($"INSERT INTO rows VALUES ({n})");
            times.Add(await NowAsync());
            if (n == 2)
            {
                await Site.SqlAsync("SELECT pg_create_restore_point('before three')");
            }
        }

        Times = times;
        await Site.ArchiveAsync();
        await Site.PublishAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Site is not null)
        {
            await Site.DisposeAsync();
        }
    }

    private async Task<DateTimeOffset> NowAsync() =>
        DateTimeOffset.Parse(await Site.ValueAsync("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"), CultureInfo.InvariantCulture);
}
