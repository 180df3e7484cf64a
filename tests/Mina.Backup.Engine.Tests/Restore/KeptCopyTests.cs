using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>What becomes of a proven copy that cannot be put in the live database's place.</summary>
public sealed class KeptCopyTests(ClusterFixture clusters)
{
    [Fact]
    public async Task A_proven_copy_that_cannot_be_swapped_in_is_kept_and_named_and_survives_the_next_restore()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("DELETE FROM public.notes");
        await using var holder = await new PostgresConnector(scene.Live.Target).OpenAsync(RestoreScene.Token);
        var prepared = false;
        void Prepare()
        {
            if (!prepared)
            {
                prepared = true;
                using var command = new NpgsqlCommand("BEGIN; INSERT INTO public.nothing DEFAULT VALUES; PREPARE TRANSACTION 'kept_copy'", holder);
                command.ExecuteNonQuery();
            }
        }

        string kept;
        try
        {
            // A transaction prepared after the target was looked at: PostgreSQL will not rename the database any more.
            var error = await Assert.ThrowsAsync<RestoreException>(
                () => scene.Engine.RestoreAsync(scene.Request, new StageObserver("Analyze", Prepare), RestoreScene.Token));

            kept = Assert.Single(await scene.OthersAsync());
            Assert.Equal("SwapFailed", error.ErrorId);
            Assert.Contains(kept, error.Message, StringComparison.Ordinal);
            Assert.Contains($"RENAME TO \"{scene.Live.Name}\"", error.RecommendedAction, StringComparison.Ordinal);
            Assert.Equal(0, await scene.NotesAsync());
            Assert.Equal(5000, await scene.ScalarAsync<long>(kept, "SELECT count(*) FROM public.notes"));
        }
        finally
        {
            await scene.Live.ExecuteAsync("ROLLBACK PREPARED 'kept_copy'");
        }

        var result = await scene.RestoreAsync();
        Assert.Equal([result.SetAsideDatabase!, kept], await scene.OthersAsync());
    }
}
