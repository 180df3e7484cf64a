using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>What is told when the connection breaks at the COMMIT that puts the restored content in place.</summary>
public sealed class UncertainCommitTests(ClusterFixture clusters)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_whose_answer_got_lost_is_a_success(bool inPlace)
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("DELETE FROM public.notes");
        await using var cutter = new CommitCutter(scene.Live.Target, handOn: true);

        var result = await scene.RestoreAsync(scene.Request with { Database = cutter.Target.ToUri(), InPlace = inPlace });

        Assert.True(cutter.HasCut);
        Assert.Equal(inPlace ? RestoreMethod.InPlace : RestoreMethod.Swapped, result.Method);
        Assert.Equal(5000, await scene.NotesAsync());
        Assert.Equal(inPlace ? [] : [result.SetAsideDatabase!], await scene.OthersAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_that_never_arrived_is_a_failure(bool inPlace)
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("DELETE FROM public.notes");
        await using var cutter = new CommitCutter(scene.Live.Target, handOn: false);

        var error = await Assert.ThrowsAnyAsync<MinaException>(() => scene.RestoreAsync(scene.Request with { Database = cutter.Target.ToUri(), InPlace = inPlace }));

        Assert.True(cutter.HasCut);
        Assert.Equal(inPlace ? "ServerConnectionLost" : "SwapFailed", error.ErrorId);
        Assert.Equal(0, await scene.NotesAsync());
        Assert.Equal(!inPlace, (await scene.OthersAsync()).Any(name => error.Message.Contains($"kept as the database {name}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Statistics_that_cannot_be_gathered_after_the_commit_are_a_note()
    {
        await using var scene = await RestoreScene.CreateAsync(
            clusters,
            """
            CREATE FUNCTION public.no_statistics(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
            BEGIN
              IF current_query() = 'ANALYZE' THEN RAISE EXCEPTION 'not analyzed'; END IF;
              RETURN $1;
            END $$;
            CREATE INDEX ON public.notes (public.no_statistics(user_id));
            """);
        await scene.Live.ExecuteAsync("DELETE FROM public.notes");

        var result = await scene.RestoreAsync(scene.Request with { InPlace = true });

        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        Assert.Contains(result.Notes, note => note.Contains("not analyzed", StringComparison.Ordinal));
        Assert.Contains(scene.Observer.Warnings, warning => warning.Contains("not analyzed", StringComparison.Ordinal));
        Assert.Equal(5000, await scene.NotesAsync());
    }
}
