using System.Security.Cryptography;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Storage;

/// <summary>What every store must do; each store's tests derive from this and open an empty place.</summary>
public abstract class BackupStoreConformance
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A store over a place of this test alone; a second call opens the same place as another run would.</summary>
    protected abstract IBackupStore Open();

    [Fact]
    public async Task An_absent_place_is_empty()
    {
        var store = Open();
        Assert.Empty(await ListAsync(store, ""));
        Assert.Null(await store.FindAsync("a", Token));
        Assert.False(await store.DeleteAsync("a", Token));
        Assert.Empty(await store.SweepAbandonedAsync(_ => true, Token));
        Assert.Equal("ObjectNotFound", await OutcomeAsync(async () => await store.OpenReadAsync("a", Token)));
        Assert.Equal("ObjectNotFound", await OutcomeAsync(async () => await store.ReadAsync("a", Token)));
    }

    [Fact]
    public async Task A_committed_object_is_found_listed_and_read()
    {
        var store = Open();
        var content = RandomNumberGenerator.GetBytes(300_000);
        await StageAsync(store, "mina_1.sql.gz", content);
        await store.PutAsync("other", content.AsMemory(0, 3), replace: false, Token);
        var found = await Open().FindAsync("mina_1.sql.gz", Token);
        Assert.Equal(content.Length, found!.Size);
        Assert.Equal(TimeSpan.Zero, found.ModifiedAt.Offset);
        Assert.Equal(["mina_1.sql.gz"], await ListAsync(store, "mina_"));
        Assert.Equal(["mina_1.sql.gz", "other"], (await ListAsync(store, "")).Order());
        Assert.Equal(content, await ReadAsync(await store.OpenReadAsync("mina_1.sql.gz", Token)));
        Assert.Equal(content, await store.ReadAsync("mina_1.sql.gz", Token));
        Assert.Equal(content[..3], await store.ReadAsync("other", Token));
    }

    [Fact]
    public async Task Ranges_are_exact_and_end_early_at_the_objects_end()
    {
        var store = Open();
        var content = RandomNumberGenerator.GetBytes(1000);
        await store.PutAsync("a", content, replace: false, Token);
        Assert.Equal(content[10..30], await ReadAsync(await store.OpenRangeAsync("a", 10, 20, Token)));
        Assert.Equal(content[990..], await ReadAsync(await store.OpenRangeAsync("a", 990, 20, Token)));
        Assert.Empty(await ReadAsync(await store.OpenRangeAsync("a", 10, 0, Token)));
        Assert.Empty(await ReadAsync(await store.OpenRangeAsync("a", 2000, 20, Token)));
    }

    [Fact]
    public async Task An_object_is_not_seen_before_its_commit_and_gone_when_given_up()
    {
        var store = Open();
        await using (var staged = await store.StageAsync("a", Token))
        {
            await staged.Content.WriteAsync("half"u8.ToArray(), Token);
            Assert.Null(await store.FindAsync("a", Token));
            Assert.Empty(await ListAsync(store, ""));
        }

        Assert.Null(await store.FindAsync("a", Token));
        await StageAsync(store, "a", "whole"u8.ToArray());
        Assert.Equal("whole"u8.ToArray(), await ReadAsync(await store.OpenReadAsync("a", Token)));
    }

    [Fact]
    public async Task A_name_is_taken_from_the_start_of_staging()
    {
        await using var first = await Open().StageAsync("a", Token);
        Assert.Equal("ObjectExists", await OutcomeAsync(async () => await Open().StageAsync("a", Token)));
        await first.Content.WriteAsync("1"u8.ToArray(), Token);
        await first.CommitAsync(Token);
        Assert.Equal("ObjectExists", await OutcomeAsync(async () => await Open().StageAsync("a", Token)));
        Assert.Equal("ObjectExists", await OutcomeAsync(async () => await Open().PutAsync("a", "2"u8.ToArray(), replace: false, Token)));
        Assert.Equal("1"u8.ToArray(), await ReadAsync(await Open().OpenReadAsync("a", Token)));
    }

    [Fact]
    public async Task Of_many_stagers_of_one_name_at_once_one_wins()
    {
        for (var round = 0; round < 25; round++)
        {
            var name = $"a{round}";
            var attempts = Enumerable.Range(0, 16).Select(i => Task.Run(() => TryStageAsync(name, i)));
            var winner = Assert.Single(await Task.WhenAll(attempts), i => i >= 0);
            Assert.Equal([(byte)winner], await ReadAsync(await Open().OpenReadAsync(name, Token)));
        }

        Assert.Equal(25, (await ListAsync(Open(), "")).Count);
        Assert.Empty(await Open().SweepAbandonedAsync(_ => true, Token));
    }

    private async Task<int> TryStageAsync(string name, int writer)
    {
        try
        {
            await StageAsync(Open(), name, [(byte)writer]);
            return writer;
        }
        catch (StorageException e) when (e.ErrorId == "ObjectExists")
        {
            return -1;
        }
    }

    [Fact]
    public async Task A_replacement_takes_the_place_of_the_old_one_when_it_is_committed_and_not_before()
    {
        var store = Open();
        await using (var first = await store.StageReplacementAsync("a", Token))
        {
            await first.Content.WriteAsync("old"u8.ToArray(), Token);
            await first.CommitAsync(Token);
        }

        await using (var abandoned = await store.StageReplacementAsync("a", Token))
        {
            await abandoned.Content.WriteAsync("never"u8.ToArray(), Token);
            Assert.Equal("old"u8.ToArray(), await ReadAsync(await store.OpenReadAsync("a", Token)));
        }

        Assert.Equal("old"u8.ToArray(), await ReadAsync(await store.OpenReadAsync("a", Token)));
        await using var second = await store.StageReplacementAsync("a", Token);
        await second.Content.WriteAsync("new"u8.ToArray(), Token);
        await second.CommitAsync(Token);
        Assert.Equal("new"u8.ToArray(), await ReadAsync(await store.OpenReadAsync("a", Token)));
        Assert.Equal(["a"], await ListAsync(store, ""));
    }

    [Fact]
    public async Task An_object_can_be_read_at_every_moment_while_it_is_replaced()
    {
        var store = Open();
        await store.PutAsync("a", new byte[1000], replace: true, Token);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 200; i++)
                {
                    await store.PutAsync("a", new byte[1000], replace: true, Token);
                }
            },
            Token);
        while (!writing.IsCompleted)
        {
            Assert.Equal(1000, (await ReadAsync(await store.OpenReadAsync("a", Token))).Length);
        }

        await writing;
    }

    [Fact]
    public async Task Put_replaces_only_when_told()
    {
        var store = Open();
        await store.PutAsync("m", "1"u8.ToArray(), replace: true, Token);
        await store.PutAsync("m", "22"u8.ToArray(), replace: true, Token);
        Assert.Equal("22"u8.ToArray(), await ReadAsync(await store.OpenReadAsync("m", Token)));
        Assert.Equal(["m"], await ListAsync(store, ""));
        Assert.True(await store.DeleteAsync("m", Token));
        Assert.False(await store.DeleteAsync("m", Token));
    }

    [Fact]
    public async Task A_replacement_shows_at_its_commit_and_until_then_the_former_object()
    {
        var store = Open();
        await store.PutAsync("m", "former"u8.ToArray(), replace: false, Token);
        await using (var given = await store.StageReplacementAsync("m", Token))
        {
            await given.Content.WriteAsync("given up"u8.ToArray(), Token);
        }

        Assert.Equal("former"u8.ToArray(), await ReadAsync(await store.OpenReadAsync("m", Token)));
        await using (var staged = await store.StageReplacementAsync("m", Token))
        {
            await staged.Content.WriteAsync("new"u8.ToArray(), Token);
            Assert.Equal("former"u8.ToArray(), await ReadAsync(await Open().OpenReadAsync("m", Token)));
            await staged.CommitAsync(Token);
        }

        Assert.Equal("new"u8.ToArray(), await ReadAsync(await store.OpenReadAsync("m", Token)));
        Assert.Equal(["m"], await ListAsync(store, ""));
    }

    [Fact]
    public async Task A_sweep_leaves_what_a_living_run_writes()
    {
        var store = Open();
        await using var staged = await store.StageAsync("a", Token);
        await staged.Content.WriteAsync("x"u8.ToArray(), Token);
        Assert.Empty(await Open().SweepAbandonedAsync(_ => true, Token));
        await staged.CommitAsync(Token);
        Assert.NotNull(await store.FindAsync("a", Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../a")]
    [InlineData("a\\b")]
    public async Task Names_that_lead_out_of_the_place_are_refused(string name)
    {
        var store = Open();
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.StageAsync(name, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.OpenReadAsync(name, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.DeleteAsync(name, Token));
    }

    protected static async Task StageAsync(IBackupStore store, string name, byte[] content)
    {
        await using var staged = await store.StageAsync(name, Token);
        await staged.Content.WriteAsync(content, Token);
        await staged.CommitAsync(Token);
    }

    protected static async Task<string> OutcomeAsync(Func<Task> action) =>
        (await Assert.ThrowsAsync<StorageException>(action)).ErrorId;

    protected static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, Token);
            return content.ToArray();
        }
    }

    protected static async Task<List<string>> ListAsync(IBackupStore store, string prefix)
    {
        List<string> names = [];
        await foreach (var item in store.ListAsync(prefix, Token))
        {
            names.Add(item.Name);
        }

        return names;
    }
}
