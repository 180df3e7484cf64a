using System.Diagnostics;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class KilledProcessTests(ScenarioFixture fixture) : Scenario(fixture)
{
    /// <inheritdoc/>
    public override ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are found in /proc.");
        return base.InitializeAsync();
    }

    [Fact]
    public async Task Killed_at_every_stage_of_a_backup_and_run_again()
    {
        await Server.CreateAsync("live", "sample.sql");
        var rehearsal = await RunnerAsync("backup", null);
        Assert.True(rehearsal.ExitCode == 0, rehearsal.Errors);
        foreach (var stage in Stages(rehearsal))
        {
            ClearPlace();
            var killed = await RunnerAsync("backup", stage);
            Assert.Equal(137, killed.ExitCode);
            await WaitForChildrenAsync();
            var manifests = FilesInPlace().Where(name => name.EndsWith(".manifest.json", StringComparison.Ordinal)).ToList();
            foreach (var manifest in manifests)
            {
                Assert.Equal(CheckOutcome.Passed, (await VerifyAsync(manifest[..^".manifest.json".Length])).Outcome);
            }

            var again = await RunnerAsync("backup", null);
            Assert.True(again.ExitCode == 0, $"{stage}: {again.Errors}");
            Assert.DoesNotContain(FilesInPlace(), name => name.Contains("partial", StringComparison.Ordinal));
            Assert.True(FilesInPlace().Count(name => name.EndsWith(".manifest.json", StringComparison.Ordinal)) > manifests.Count);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_every_stage_of_a_restore_and_run_again(bool inPlace)
    {
        await Server.CreateAsync("live", "sample.sql");
        var original = await DumpText.StateAsync(Server, "live");
        var backup = await BackupAsync("live");
        await Server.SqlAsync("live", "UPDATE users SET name = 'changed later'; DROP VIEW busy_users");
        var changed = await DumpText.StateAsync(Server, "live");
        var rehearsal = await RunnerAsync("restore", null, backup.Name, inPlace);
        Assert.True(rehearsal.ExitCode == 0, rehearsal.Errors);
        Assert.Equal(original, await DumpText.StateAsync(Server, "live"));

        foreach (var stage in Stages(rehearsal))
        {
            await Server.SqlAsync("live", "UPDATE users SET name = 'changed later'; DROP VIEW IF EXISTS busy_users");
            var killed = await RunnerAsync("restore", stage, backup.Name, inPlace);
            Assert.True(killed.ExitCode == 137, $"{stage}: {killed.Errors}");
            await WaitForChildrenAsync();
            Assert.Contains("live", await Server.DatabasesAsync());
            var state = await DumpText.StateAsync(Server, "live");
            Assert.True(state == changed || state == original, $"{stage}: the live database is neither what it was nor the restored copy.");

            var again = await RunnerAsync("restore", null, backup.Name, inPlace);
            Assert.True(again.ExitCode == 0, $"{stage}: {again.Errors}");
            Assert.Equal(original, await DumpText.StateAsync(Server, "live"));
            var left = (await Server.DatabasesAsync()).Except(["live", "postgres", "template0", "template1"]).ToList();
            Assert.True(left.Count <= 1, $"{stage}: left behind: {string.Join(", ", left)}");
            foreach (var database in left)
            {
                Assert.Equal(changed, await DumpText.StateAsync(Server, database));
                await Server.SqlAsync("postgres", $"DROP DATABASE \"{database}\"");
            }
        }
    }

    [Fact]
    public async Task Pg_dump_killed_with_signal_9_in_the_middle()
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.SqlAsync("live", "CREATE TABLE filler AS SELECT g AS id, (SELECT string_agg(md5((g * 100 + i)::text), '') FROM generate_series(1, 60) i) AS t FROM generate_series(1, 40000) g");
        var killer = Task.Run(KillDataDumpAsync, Cancel);
        await FailsAsync(ErrorCatalog.ToolKilled, () => BackupAsync("live"));
        await killer;
        Assert.Empty(FilesInPlace());
    }

    private static string[] Stages(ProgramOutput output) => output.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<ProgramOutput> RunnerAsync(string operation, string? killAt, string backup = "", bool inPlace = false)
    {
        // Beside this assembly's folder, in the project of its own.
        var folder = AppContext.BaseDirectory.Replace("Mina.Backup.Engine.Tests", "Mina.Backup.Engine.Tests.Runner", StringComparison.Ordinal);
        return await Programs.TryAsync("dotnet", [Path.Combine(folder, "Mina.Backup.Engine.Tests.Runner.dll")], new Dictionary<string, string>
        {
            ["OPERATION"] = operation,
            ["KILL_AT"] = killAt ?? string.Empty,
            ["PLACE"] = Place,
            ["SAFETY_PLACE"] = SafetyPlace,
            ["BACKUP"] = backup,
            ["TARGET"] = "live",
            ["IN_PLACE"] = inPlace ? "1" : string.Empty,
            ["DATABASE_URL"] = Server.Uri("live"),
            ["GPG_BACKUP_PASSPHRASE"] = Passphrase,
            ["MINA_STATE_PATH"] = Path.Combine(Folder, "state"),
        });
    }

    private void ClearPlace()
    {
        foreach (var file in FilesInPlace())
        {
            File.Delete(Path.Combine(Place, file));
        }
    }

    // Children of the killed process must end by themselves: their pipes are broken.
    private async Task WaitForChildrenAsync()
    {
        for (var round = 0; ; round++)
        {
            var running = Clients().ToList();
            if (running.Count == 0)
            {
                return;
            }

            Assert.True(round < 600, "Still running a minute later: " + string.Join(", ", running));
            await Task.Delay(100, Cancel);
        }
    }

    private IEnumerable<string> Clients()
    {
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                if (process.ProcessName is "pg_dump" or "psql" or "pg_dumpall" && ProcessReader.Environment(process.Id).Contains("PGHOST=" + Server.SocketFolder, StringComparison.Ordinal))
                {
                    yield return $"{process.ProcessName} {process.Id}";
                }
            }
        }
    }

    private static Task KillDataDumpAsync() => Eventually.TrueAsync(TryKillDataDump, "pg_dump of the rows", TimeSpan.FromMilliseconds(2));

    private static bool TryKillDataDump()
    {
        foreach (var process in Process.GetProcessesByName("pg_dump"))
        {
            using (process)
            {
                if (ProcessReader.Parent(process.Id) == System.Environment.ProcessId && ProcessReader.CommandLine(process.Id).Contains("--section=data", StringComparison.Ordinal))
                {
                    process.Kill();
                    return true;
                }
            }
        }

        return false;
    }
}
