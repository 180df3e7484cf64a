using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class DatabaseSwapTests(ClusterFixture clusters)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_copy_takes_the_place_of_a_database_whose_clients_reconnect_in_a_loop()
    {
        var (names, server) = await PrepareAsync("swap_loop");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var clients = Enumerable.Range(0, 6).Select(_ => ReconnectAsync(server, names.Target, stop.Token)).ToList();
        try
        {
            await new DatabaseSwap(server, TimeProvider.System).RunAsync(names, liveExists: true, closed: false, "the comment", isTemplate: false, Token);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(clients);
        }

        Assert.Equal("copy", await ReadAsync(server, names.Target));
        Assert.Equal("live", await ReadAsync(server, names.Aside));
        await using var session = await server.OpenMaintenanceAsync(names.Target, Token);
        Assert.Equal("the comment", (await DatabasePropertiesReader.ReadAsync(session, names.Target, Token))!.Comment);
        Assert.All(clients, client => Assert.True(client.Result > 0));
        await DropAsync(server, names);
    }

    [Fact]
    public async Task A_swap_that_cannot_be_done_leaves_both_databases_as_they_were()
    {
        var (names, server) = await PrepareAsync("swap_prepared");
        await using (var session = await server.OpenAsync(names.Target, Token))
        {
            await TargetServer.ExecuteAsync(session, "BEGIN; INSERT INTO public.t VALUES ('prepared'); PREPARE TRANSACTION 'swap_held'", Token);
        }

        var error = await Assert.ThrowsAsync<RestoreException>(
            () => new DatabaseSwap(server, TimeProvider.System).RunAsync(names, liveExists: true, closed: false, null, isTemplate: false, Token));

        Assert.Equal("SwapFailed", error.ErrorId);
        Assert.Equal("live", await ReadAsync(server, names.Target));
        Assert.Equal("copy", await ReadAsync(server, names.Copy));
        await using (var session = await server.OpenAsync(names.Target, Token))
        {
            await TargetServer.ExecuteAsync(session, "ROLLBACK PREPARED 'swap_held'", Token);
        }

        await DropAsync(server, names);
    }

    [Fact]
    public async Task Leftovers_of_killed_runs_go_and_copies_of_living_runs_stay()
    {
        var target = new TargetServer((await clusters.ClusterAsync()).Target);
        var killed = new RestoreNames("left", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var living = new RestoreNames("left", new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero));
        var mine = new RestoreNames("left", new DateTimeOffset(2026, 1, 1, 0, 0, 2, TimeSpan.Zero));
        await using var first = await target.OpenMaintenanceAsync("left", Token);
        await using var second = await target.OpenMaintenanceAsync("left", Token);
        Assert.True(await new LeftoverCleaner(first).ClaimAsync(living, Token));
        foreach (var names in new[] { killed, living })
        {
            await TargetServer.ExecuteAsync(first, $"CREATE DATABASE {names.Copy}", Token);
            await TargetServer.ExecuteAsync(first, DatabaseStatements.Comment(names.Copy, names.Marker), Token);
        }

        using var machine = new TestMachine();
        using var context = new TestRun(machine);
        Assert.True(await new LeftoverCleaner(second).ClaimAsync(mine, Token));
        await new LeftoverCleaner(second).CleanAsync(mine, context.Context, Token);

        Assert.Null(await DatabasePropertiesReader.ReadAsync(second, killed.Copy, Token));
        Assert.NotNull(await DatabasePropertiesReader.ReadAsync(second, living.Copy, Token));
        Assert.False(await new LeftoverCleaner(second).ClaimAsync(living, Token));
        await LeftoverCleaner.DropAsync(first, living.Copy, Token);
    }

    private static async Task<int> ReconnectAsync(TargetServer server, string database, CancellationToken stop)
    {
        var connected = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await new PostgresConnector(server.To(database)).OpenAsync(CancellationToken.None);
                connected++;
                await using var command = new NpgsqlCommand("SELECT count(*), pg_sleep(0.01) FROM public.t", connection);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
            catch (Exception problem) when (problem is NpgsqlException or MinaException)
            {
                // Ended by the swap; such a client comes back at once.
            }
        }

        return connected;
    }

    private async Task<(RestoreNames Names, TargetServer Server)> PrepareAsync(string target)
    {
        var server = new TargetServer((await clusters.ClusterAsync()).Target);
        var names = new RestoreNames(target, new DateTimeOffset(2026, 11, 24, 1, 2, 3, TimeSpan.Zero));
        await using var session = await server.OpenMaintenanceAsync(target, Token);
        foreach (var (name, content) in new[] { (names.Target, "live"), (names.Copy, "copy") })
        {
            await TargetServer.ExecuteAsync(session, $"CREATE DATABASE {name}", Token);
            await using var inside = await server.OpenAsync(name, Token);
            await TargetServer.ExecuteAsync(inside, $"CREATE TABLE public.t AS SELECT '{content}'::text AS a", Token);
        }

        return (names, server);
    }

    private static async Task<string> ReadAsync(TargetServer server, string database)
    {
        await using var session = await server.OpenAsync(database, Token);
        return (await TargetServer.QueryAsync(session, "SELECT a FROM public.t", row => row.GetString(0), Token))[0];
    }

    private static async Task DropAsync(TargetServer server, RestoreNames names)
    {
        await using var session = await server.OpenMaintenanceAsync(names.Target, Token);
        foreach (var name in new[] { names.Target, names.Copy, names.Aside })
        {
            await LeftoverCleaner.DropAsync(session, name, Token);
        }
    }
}
