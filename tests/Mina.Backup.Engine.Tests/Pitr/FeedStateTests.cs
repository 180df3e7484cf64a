using Mina.Backup.Engine.Pitr.Local;

namespace Mina.Backup.Engine.Tests.Pitr;

public sealed class FeedStateTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mina-feed-").FullName;
    private readonly FeedState state = new(["a", "b", "c", "d"]);

    private string Taken => Path.Combine(folder, "taken");

    private string Wanted => Path.Combine(folder, "wanted");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_segment_that_was_removed_is_fetched_again_when_recovery_asks_for_it_again()
    {
        var fetched = Fetch();
        File.WriteAllText(Taken, "a\nb\nc\nd\n");
        state.Look(Taken, Wanted);
        Assert.Equal([0, 1, 2, 3], fetched);
        Assert.Equal(["a", "b"], state.TakePassed(2));

        File.WriteAllText(Wanted, "b\n");
        state.Look(Taken, Wanted);

        Assert.Equal([1], Fetch());
        Assert.Empty(state.TakePassed(2));
        File.AppendAllText(Taken, "b\n");
        File.Delete(Wanted);
        state.Look(Taken, Wanted);
        Assert.Empty(state.TakePassed(2));
        Assert.Empty(Fetch());
    }

    [Fact]
    public void What_recovery_waits_for_comes_first_and_only_so_many_wait_for_it()
    {
        File.WriteAllText(Wanted, "c\n");
        state.Look(Taken, Wanted);

        Assert.Equal([2, 0], Fetch(ahead: 2));
        File.WriteAllText(Taken, "c\na");
        state.Look(Taken, Wanted);
        Assert.Equal(1, state.Taken);
        Assert.Equal([1], Fetch(ahead: 2));
    }

    private List<int> Fetch(int ahead = 16)
    {
        var places = new List<int>();
        while (state.TryNext(ahead, out var place))
        {
            places.Add(place);
        }

        return places;
    }
}
