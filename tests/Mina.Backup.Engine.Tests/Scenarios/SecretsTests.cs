using System.Collections.Concurrent;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class SecretsTests(ScenarioFixture fixture) : Scenario(fixture)
{
    private static readonly string[] Secrets =
        [Passphrase, ScenarioServer.Password, Uri.EscapeDataString(ScenarioServer.Password), "fdw-secret-1", "wrong-secret-2", "SCRAM-SHA-256$"];

    /// <inheritdoc/>
    public override ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What processes are given is looked up in /proc.");
        return base.InitializeAsync();
    }

    [Fact]
    public async Task No_secret_shows_in_command_lines_messages_logs_manifest_history_or_errors()
    {
        await Server.CreateAsync("torture", "torture.sql");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watcher = Task.Factory.StartNew(() => WatchCommandLines(stop.Token), Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var observer = new RecordingObserver();
        var errors = new List<string>();

        var request = new BackupRequest { Database = Server.LoopbackUri("torture"), Location = Place, Protection = Encrypted };
        var backup = await Engine.BackupAsync(request, observer, Cancel);
        var target = new RestoreRequest
        {
            Backup = new BackupReference(backup.Name, Place), Keys = Keys, Database = Server.LoopbackUri("postgres"), TargetDatabase = "torture", SafetyLocation = SafetyPlace, RestoreGlobals = true,
        };
        var restored = await Engine.RestoreAsync(target, observer, Cancel);
        await Engine.RepairAsync(new RepairRequest { Backup = target.Backup, Keys = Keys, Force = true }, observer, Cancel);
        errors.Add(await ErrorAsync(() => Engine.BackupAsync(request with { Database = Server.LoopbackUri("torture", password: "wrong-secret-2") }, observer, Cancel)));
        errors.Add(await ErrorAsync(() => Engine.BackupAsync(request with { Database = Server.LoopbackUri("torture", password: "wrong-secret-2") + "?nonsense=1" }, observer, Cancel)));
        errors.Add(await ErrorAsync(() => Engine.BackupAsync(request with { Database = $"Host=127.0.0.1;Port={Server.Port};Username=postgres;Password=wrong-secret-2;Database=x;Nonsense=1" }, observer, Cancel)));
        errors.Add(await ErrorAsync(() => Engine.RestoreAsync(target with { Keys = new KeyRequest { Passphrase = new Secret("wrong-secret-2") } }, observer, Cancel)));
        await Server.SqlAsync("postgres", "DROP DATABASE torture");
        errors.Add(await ErrorAsync(() => Engine.BackupAsync(request, observer, Cancel)));
        await stop.CancelAsync();

        var commandLines = await watcher;
        Assert.Contains(commandLines, line => line.Contains("pg_dump", StringComparison.Ordinal));
        AssertClean("command lines", string.Join('\n', commandLines));
        AssertClean("messages", observer.Everything);
        AssertClean("errors", string.Join('\n', errors));
        AssertClean("backup", backup.ToString());
        AssertClean("restore", restored.ToString());
        var files = Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".gpg", StringComparison.Ordinal)).ToList();
        Assert.Contains(backup.LogPath, files);
        Assert.Contains(restored.LogPath, files);
        Assert.Contains(files, file => file.EndsWith(".manifest.json", StringComparison.Ordinal));
        Assert.Contains(files, file => file.Contains("history", StringComparison.Ordinal));
        foreach (var file in files)
        {
            AssertClean(file, await File.ReadAllTextAsync(file, Cancel));
        }
    }

    [Fact]
    public async Task Files_and_folders_belong_to_the_owner_alone()
    {
        await Server.CreateAsync("live", "sample.sql");
        var backup = await BackupAsync("live");
        Assert.True(File.Exists(backup.LogPath));
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            foreach (var file in Directory.GetFiles(Place).Append(backup.LogPath))
            {
                Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
            }

            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Place));
        }
    }

    [Fact]
    public async Task An_unencrypted_backup_keeps_no_password_of_a_role()
    {
        await Server.CreateAsync("torture", "torture.sql");
        await BackupAsync("torture", Plain);
        var globals = Directory.GetFiles(Place, "*.globals.*").Single();
        var text = await Programs.RunAsync("gunzip", ["-c", globals]);
        Assert.Contains("torture_reader", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SCRAM-SHA-256$", text, StringComparison.Ordinal);
        Assert.DoesNotContain("PASSWORD", text, StringComparison.Ordinal);
    }

    private static void AssertClean(string where, string text) =>
        Assert.All(Secrets, secret => Assert.False(text.Contains(secret, StringComparison.Ordinal), $"A secret shows in {where}: {Around(text, secret)}"));

    private static string Around(string text, string secret)
    {
        var at = text.IndexOf(secret, StringComparison.Ordinal);
        return at < 0 ? string.Empty : text[Math.Max(0, at - 80)..Math.Min(text.Length, at + 80)];
    }

    private static async Task<string> ErrorAsync(Func<Task> run)
    {
        var error = await Assert.ThrowsAnyAsync<MinaException>(run);
        return $"{error}\n{error.RecommendedAction}\n{error.Target}\n{error.ServerDetail}\n{error.ServerHint}";
    }

    private static IReadOnlyCollection<string> WatchCommandLines(CancellationToken stop)
    {
        var seen = new ConcurrentDictionary<string, bool>();
        while (!stop.IsCancellationRequested)
        {
            foreach (var process in ProcessReader.All())
            {
                seen.TryAdd(ProcessReader.CommandLine(process), true);
            }

            Thread.Sleep(5);
        }

        return [.. seen.Keys];
    }
}
