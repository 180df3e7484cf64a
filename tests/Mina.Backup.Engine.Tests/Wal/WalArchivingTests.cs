using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Wal;

public sealed class WalArchivingTests
{
    [Fact]
    public async Task Enable_sets_the_server_up_and_disable_gives_back_what_was_there()
    {
        await using var server = await WalServer.StartAsync(("wal_level", "minimal"), ("max_wal_senders", "0"), ("archive_timeout", "7min"));
        var request = new WalArchivingRequest();

        var plan = await server.Engine.PlanArchivingAsync(request, server.Observer, WalServer.Cancel);
        Assert.True(plan.RestartNeeded);
        Assert.Equal(
            [("wal_level", "minimal", "replica"), ("archive_mode", "off", "on"), ("archive_command", "", plan.Settings[2].Wanted), ("archive_timeout", "420", "60")],
            plan.Settings.Select(setting => (setting.Name, setting.Current, setting.Wanted)));
        Assert.False(Directory.Exists(server.SpoolPath));
        Assert.Equal("off", await server.ScalarAsync<string>("SHOW archive_mode"));

        var before = await ConfigurationAsync(server);
        var enabled = await server.Engine.EnableArchivingAsync(request, server.Observer, WalServer.Cancel);
        Assert.True(enabled is { Enabled: true, RestartNeeded: true });
        Assert.Equal("60", await server.ScalarAsync<string>("SELECT setting FROM pg_settings WHERE name = 'archive_timeout'"));
        await server.RestartAsync();

        // Again: nothing to change, nothing forgotten.
        enabled = await server.Engine.EnableArchivingAsync(request, server.Observer, WalServer.Cancel);
        Assert.False(enabled.RestartNeeded);
        Assert.DoesNotContain(enabled.Settings, setting => setting.Changes);
        var segment = await server.SwitchAsync();
        await WalServer.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(server.SpoolPath, segment))), "the segment in the spool");

        var disabled = await server.Engine.DisableArchivingAsync(request, server.Observer, WalServer.Cancel);
        Assert.True(disabled is { Enabled: false, RestartNeeded: true });
        Assert.Equal(before, await ConfigurationAsync(server));
        Assert.False(File.Exists(enabled.ScriptPath));
        Assert.True(File.Exists(Path.Combine(server.SpoolPath, segment)));
        await server.RestartAsync();
        Assert.Equal("off", await server.ScalarAsync<string>("SHOW archive_mode"));
        Assert.Equal("ArchivingNotEnabled", (await Assert.ThrowsAsync<CatalogException>(
            () => server.Engine.DisableArchivingAsync(request, server.Observer, WalServer.Cancel))).ErrorId);
    }

    [Fact]
    public async Task A_server_that_takes_no_ALTER_SYSTEM_is_refused_before_anything_is_made()
    {
        // allow_alter_system came with PostgreSQL 17.
        await using var server = await WalServer.StartNewerAsync();
        await File.AppendAllTextAsync(Path.Combine(server.Cluster.DataDirectory, "postgresql.auto.conf"), "allow_alter_system = off\n", WalServer.Cancel);
        await server.RestartAsync();

        var error = await Assert.ThrowsAsync<ServerException>(() => server.Engine.EnableArchivingAsync(new WalArchivingRequest(), server.Observer, WalServer.Cancel));

        Assert.Equal("SettingNotApplied", error.ErrorId);
        Assert.Contains("archive_mode = 'on', archive_command = '", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(Directory.Exists(server.SpoolPath));
    }

    [Fact]
    public async Task Spool_and_script_are_the_servers_accounts_alone()
    {
        await using var server = await WalServer.StartAsync();
        var result = await server.Engine.EnableArchivingAsync(new WalArchivingRequest(), server.Observer, WalServer.Cancel);

        var listing = await Programs.RunAsync("stat", ["-c", "%U %a", server.SpoolPath, result.ScriptPath]);
        var account = Environment.IsPrivilegedProcess ? "postgres" : Environment.UserName;
        Assert.Equal(account, result.ServerAccount);
        Assert.Equal($"{account} 700\n{account} 500\n", listing);
        Assert.Equal(0, (await WalServer.AsServerAsync(result.ScriptPath, "probe", "probe")).ExitCode);
        if (Environment.IsPrivilegedProcess)
        {
            Assert.NotEqual(0, (await Programs.TryAsync("runuser", ["-u", "nobody", "--", "ls", server.SpoolPath])).ExitCode);
        }
    }

    [Theory]
    [InlineData("postgres", null)]
    [InlineData("nobody", "SpoolInaccessible")]
    public async Task The_servers_account_sets_itself_up_and_another_user_is_told_who_can(string user, string? error)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root runs programs as others.");
        await using var server = await WalServer.StartAsync();
        var place = Path.Combine(server.Machine.Root, user);
        await Programs.RunAsync("mkdir", ["-m", "777", place]);
        // The socket's folder is the server's alone; what counts here is who makes the spool.
        await Programs.RunAsync("chmod", ["755", server.Cluster.Target.Host]);
        var reachable = await Programs.TryAsync("runuser", ["-u", user, "--", "test", "-r", EngineRunner.Path]);
        Assert.SkipWhen(reachable.ExitCode != 0, "The tests were built in a folder that other users cannot read.");
        var variables = EngineRunner.Variables(server, "enable").ToDictionary();
        variables["PLACE"] = Path.Combine(place, "archive");
        variables["HOME"] = variables["MINA_STATE_PATH"] = Path.Combine(place, "state");
        // A shared folder is no place for a spool; one of the user's own is.
        await Programs.RunAsync("chown", [user, place]);
        await Programs.RunAsync("chmod", ["711", place]);

        var result = await Programs.TryAsync("runuser", ["-u", user, "--", "dotnet", EngineRunner.Path], variables);

        Assert.True(error is null ? result.ExitCode == 0 : result.Errors.StartsWith(error, StringComparison.Ordinal), result.Errors);
        Assert.Equal(error is null, Directory.Exists(Path.Combine(place, "archive.spool")));
        if (error is null)
        {
            Assert.Equal($"{user} 700\n", await Programs.RunAsync("stat", ["-c", "%U %a", Path.Combine(place, "archive.spool")]));
        }
    }

    [Fact]
    public async Task A_spool_out_of_the_accounts_reach_is_refused_before_the_server_is_touched()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root makes folders that the server's account cannot reach.");
        await using var server = await WalServer.StartAsync();
        var closed = Path.Combine(server.Machine.Root, "closed");
        await Programs.RunAsync("mkdir", ["-m", "700", closed]);

        var e = await Assert.ThrowsAsync<StorageException>(() => server.Engine.EnableArchivingAsync(
            new WalArchivingRequest { SpoolPath = Path.Combine(closed, "spool") }, server.Observer, WalServer.Cancel));

        Assert.Equal("SpoolInaccessible", e.ErrorId);
        Assert.Contains("postgres", e.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("off", await server.ScalarAsync<string>("SELECT coalesce((SELECT setting FROM pg_file_settings WHERE name = 'archive_mode'), 'off')"));
    }

    [Fact]
    public async Task An_archive_command_of_somebody_else_is_left_alone_unless_forced_and_comes_back()
    {
        await using var server = await WalServer.StartAsync(("archive_mode", "on"), ("archive_command", "cp %p /nowhere/%f"));
        var e = await Assert.ThrowsAsync<ServerException>(() => server.Engine.EnableArchivingAsync(new WalArchivingRequest(), server.Observer, WalServer.Cancel));
        Assert.Equal("ArchivingTaken", e.ErrorId);
        Assert.Contains("/nowhere/", e.Message, StringComparison.Ordinal);

        var result = await server.Engine.EnableArchivingAsync(new WalArchivingRequest { Force = true }, server.Observer, WalServer.Cancel);
        Assert.False(result.RestartNeeded);
        Assert.Contains("mina-archive-wal", await server.ScalarAsync<string>("SHOW archive_command"), StringComparison.Ordinal);
        // What was changed by hand meanwhile is not ours to undo.
        await server.ExecuteAsync("ALTER SYSTEM SET archive_timeout = '11s'");
        await server.Engine.DisableArchivingAsync(new WalArchivingRequest(), server.Observer, WalServer.Cancel);
        Assert.Equal("cp %p /nowhere/%f", await server.ScalarAsync<string>("SHOW archive_command"));
        Assert.Equal("11s", await server.ScalarAsync<string>("SHOW archive_timeout"));
    }

    [Fact]
    public async Task A_server_elsewhere_is_told_to_stream_before_anything_is_asked_there()
    {
        using var machine = new Support.TestMachine();
        var request = new WalArchivingRequest { Database = "postgresql://postgres@192.0.2.1/postgres", ArchivePath = Path.Combine(machine.Root, "archive") };

        var e = await Assert.ThrowsAsync<ServerException>(
            () => new WalEngine(machine.Environment, TimeProvider.System).EnableArchivingAsync(request, new Support.QuietObserver(), WalServer.Cancel));

        Assert.Equal("ServerNotLocal", e.ErrorId);
        Assert.Contains("Start-MinaWalReceiver", e.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_accepts_the_same_again_refuses_other_content_and_fails_on_any_doubt()
    {
        await using var server = await WalServer.StartAsync();
        // A folder whose name needs quoting, in the shell as in archive_command.
        var spool = Path.Combine(server.Machine.Root, "it's 100% \"odd\"");
        var script = (await server.Engine.EnableArchivingAsync(new WalArchivingRequest { SpoolPath = spool }, server.Observer, WalServer.Cancel)).ScriptPath;
        await server.ExecuteAsync("ALTER SYSTEM SET archive_mode = on");
        await server.RestartAsync();
        var segment = await server.SwitchAsync();
        var stored = Path.Combine(spool, segment);
        await WalServer.UntilAsync(() => Task.FromResult(File.Exists(stored)), "the segment in the spool");
        var live = Path.Combine(server.Cluster.DataDirectory, "pg_wal", segment);

        Task<ProgramOutput> Run(params string[] arguments) => WalServer.AsServerAsync(script, arguments);
        Assert.Equal(0, (await Run(live, segment)).ExitCode);
        var content = await File.ReadAllBytesAsync(stored, WalServer.Cancel);
        foreach (var (source, name, words) in ((string, string, string)[])
        [
            (live.Replace(segment, "PG_VERSION", StringComparison.Ordinal), segment, "no file"),
            (Path.Combine(server.Cluster.DataDirectory, "PG_VERSION"), segment, "other content"),
            (live, "../outside", "not the name"),
            (live, "", "not the name"),
            (live, ".hidden", "not the name"),
        ])
        {
            var result = await Run(source, name);
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains(words, result.Errors, StringComparison.Ordinal);
        }

        Assert.NotEqual(0, (await Run(live)).ExitCode);
        Assert.Equal(content, await File.ReadAllBytesAsync(stored, WalServer.Cancel));
        Assert.DoesNotContain(Directory.GetFiles(spool), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_script_is_plain_posix_shell(bool syncTakesNames)
    {
        var text = WalScript.Posix(syncTakesNames);
        Assert.StartsWith("#!/bin/sh\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.DoesNotContain("[[", text, StringComparison.Ordinal);
        Assert.Contains(syncTakesNames ? "sync -- \"$1\"" : "conv=notrunc,fsync", text, StringComparison.Ordinal);
    }

    private static Task<string> ConfigurationAsync(WalServer server) => server.ScalarAsync<string>("""
        SELECT string_agg(name || '=' || setting, E'\n' ORDER BY name)
        FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf'
        """);
}
