using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Engine.Wal.Transactions;

namespace Mina.Backup.Engine.Tests.Moment;

public sealed class WaldumpRunTests(MomentScene scene) : IClassFixture<MomentScene>
{
    [Fact]
    public async Task Segments_that_go_while_others_are_read_are_not_looked_at()
    {
        await using var database = await scene.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE TABLE filler AS SELECT repeat('x', 900) FROM generate_series(1, 5000)");
        var geometry = new WalGeometry(1 << 20);
        var name = WalSegmentName.Parse(await database.ScalarAsync<string>("SELECT pg_walfile_name(pg_current_wal_lsn() - 2 * 1048576)"));
        var run = new LogRun(geometry, name.Timeline, [new LogSegment(geometry.NumberOf(name), name, new NoOrigin(), MayEnd: false)]);
        var folder = Directory.CreateTempSubdirectory("mina-test-").FullName;
        try
        {
            File.Copy(Path.Combine(scene.Cluster.DataDirectory, "pg_wal", name.ToString()), Path.Combine(folder, name.ToString()));
            for (var number = 1UL; number < 400; number++)
            {
                // What a folder still lists of a file that is gone: a name that cannot be opened.
                File.CreateSymbolicLink(Path.Combine(folder, geometry.NameOf(name.Timeline, geometry.NumberOf(name) + number).ToString()), Path.Combine(folder, "gone"));
            }

            var major = int.Parse(scene.Cluster.ServerVersion.Split('.')[0], CultureInfo.InvariantCulture);
            var tool = await new ClientTools(scene.Machine.Environment).FindAsync("pg_waldump", major, MomentScene.Token);
            var stretch = new LogStretch(0, 1, geometry.SegmentSize, major);

            var stop = await new WaldumpRun(tool, folder, run).ReadAsync(run.StartOf(0), run.StartOf(1), run.StartOf(1), stretch, MomentScene.Token);

            // The last record goes on in the segment behind this one, which is not there.
            Assert.True(stop is null || stop.At >= run.StartOf(0), stop?.Message);
            Assert.NotEmpty(stretch.Open);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class NoOrigin : ISegmentOrigin
    {
        public Task FetchAsync(LogSegment segment, string path, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
