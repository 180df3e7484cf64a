using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>Restores that drop the live database first, on a machine with a second file system for the safety backup.</summary>
public sealed class DropFirstTests(ClusterFixture clusters) : IDisposable
{
    private readonly string safety = Path.Combine("/dev/shm", "mina-test-" + Path.GetRandomFileName());

    public void Dispose()
    {
        if (Directory.Exists(safety))
        {
            Directory.Delete(safety, recursive: true);
        }
    }

    [Fact]
    public async Task With_a_verified_safety_backup_elsewhere_the_live_database_goes_first()
    {
        await using var scene = await CreateAsync();

        var result = await scene.RestoreAsync(DropFirst(scene));

        Assert.Equal(RestoreMethod.DroppedFirst, result.Method);
        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        Assert.Equal(BackupState.Verified, result.SafetyBackup!.State);
        Assert.Equal(safety, result.SafetyBackup!.Location);
        Assert.Equal(5000, await scene.NotesAsync());
        Assert.Empty(await scene.OthersAsync());
    }

    [Fact]
    public async Task A_failure_after_the_drop_says_so_and_the_safety_backup_brings_everything_back()
    {
        await using var scene = await CreateAsync();
        var path = await ScriptDump.WriteAsync(
            scene.Live.Target,
            scene.Machine.BackupDirectory,
            text => text.Replace("ALTER TABLE ONLY public.notes\n    ADD CONSTRAINT", "ALTER TABLE ONLY public.no_such\n    ADD CONSTRAINT", StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(DropFirst(scene) with { Backup = new BackupReference(path) }));

        Assert.Equal(("ScriptFailed", "42P01"), (error.ErrorId, error.SqlState));
        Assert.Contains("had been dropped before", error.Message, StringComparison.Ordinal);
        var saved = Assert.Single(Directory.GetFiles(safety, "*.sql.gz"), file => !file.EndsWith(".globals.sql.gz", StringComparison.Ordinal));
        Assert.Contains(saved, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(await scene.OthersAsync());

        var back = await scene.RestoreAsync(scene.Request with { Backup = new BackupReference(saved) });
        Assert.Equal(RestoreMethod.Created, back.Method);
        Assert.Equal(4999, await scene.NotesAsync());
    }

    [Fact]
    public async Task A_proven_copy_is_kept_when_the_name_of_the_dropped_database_is_taken_meanwhile()
    {
        await using var scene = await CreateAsync();
        await using var other = await new PostgresConnector(scene.Live.Target.WithDatabase("postgres")).OpenAsync(RestoreScene.Token);
        var taken = false;
        void Take()
        {
            if (!taken)
            {
                taken = true;
                using var command = new NpgsqlCommand($"CREATE DATABASE {scene.Live.Name} TEMPLATE template0", other);
                command.ExecuteNonQuery();
            }
        }

        var error = await Assert.ThrowsAsync<RestoreException>(
            () => scene.Engine.RestoreAsync(DropFirst(scene), new StageObserver("Prove", Take), RestoreScene.Token));

        var kept = Assert.Single(await scene.OthersAsync());
        Assert.Equal(("SwapFailed", "42P04"), (error.ErrorId, error.SqlState));
        Assert.Contains(kept, error.Message, StringComparison.Ordinal);
        Assert.Contains("had been dropped before", error.Message, StringComparison.Ordinal);
        Assert.Contains($"ALTER DATABASE \"{kept}\" RENAME TO", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains(safety, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(5000, await scene.ScalarAsync<long>(kept, "SELECT count(*) FROM public.notes"));
    }

    private async Task<RestoreScene> CreateAsync()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "There is no second file system here.");
        var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("DELETE FROM public.notes WHERE id = 1");
        return scene;
    }

    private RestoreRequest DropFirst(RestoreScene scene) => scene.Request with { DropFirst = true, SkipSafetyBackup = false, SafetyLocation = safety };
}
