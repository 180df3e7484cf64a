using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class ManifestTests(ScenarioFixture fixture) : Scenario(fixture)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_manifest_and_index_a_repair_gives_both_back(bool encrypted)
    {
        await Server.CreateAsync("torture", "torture.sql");
        var before = await DumpText.StateAsync(Server, "torture");
        var backup = await BackupAsync("torture", encrypted ? Encrypted : Plain);
        File.Delete(ManifestPath(backup));
        File.Delete(IndexPath(backup));

        var repaired = await Engine.RepairAsync(new RepairRequest { Backup = new BackupReference(backup.Name, Place), Keys = Keys }, new RecordingObserver(), Cancel);

        Assert.Equal(backup.Rows, repaired.Rows);
        Assert.Equal(backup.Tables, repaired.Tables);
        Assert.Equal(2, repaired.Written.Count);
        var verification = await VerifyAsync(backup.Name);
        Assert.True(verification.Outcome == CheckOutcome.Passed, verification.FirstFailure?.ToString());
        var restored = await RestoreAsync(backup.Name, "torture", request => request with { SkipSafetyBackup = true, DropOriginal = true });
        Assert.Equal(ProofKind.Fingerprints, restored.Proof.Kind);
        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
        Assert.NotEqual(string.Empty, before);
    }

    [Fact]
    public async Task Without_manifest_a_restore_is_refused_and_names_the_repair()
    {
        var backup = await PrepareAsync();
        var before = await DumpText.StateAsync(Server, "live");
        File.Delete(ManifestPath(backup));
        var error = await FailsAsync(ErrorCatalog.ManifestUnreadable, () => RestoreAsync(backup.Name, "live"));
        Assert.Contains("Repair-MinaBackup", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ not json")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task A_damaged_manifest_is_shown_and_refused(string content)
    {
        var backup = await PrepareAsync();
        var before = await DumpText.StateAsync(Server, "live");
        await File.WriteAllTextAsync(ManifestPath(backup), content, Cancel);

        var listed = await ListAsync();
        Assert.Equal(BackupState.ManifestUnreadable, Assert.Single(listed).State);
        Assert.NotNull(listed[0].Problem);
        await FailsAsync(ErrorCatalog.ManifestUnreadable, () => RestoreAsync(backup.Name, "live"));
        var verification = await VerifyAsync(backup.Name);
        Assert.Equal(CheckOutcome.Failed, verification.Outcome);
        Assert.Equal(ErrorCatalog.ManifestUnreadable.Id, verification.FirstFailure?.ErrorId);
        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));

        await Engine.RepairAsync(new RepairRequest { Backup = new BackupReference(backup.Name, Place), Keys = Keys }, new RecordingObserver(), Cancel);
        Assert.Equal(CheckOutcome.Passed, (await VerifyAsync(backup.Name)).Outcome);
    }

    [Fact]
    public async Task A_manifest_of_another_backup_is_found()
    {
        var backup = await PrepareAsync();
        await Server.SqlAsync("live", "DELETE FROM segments WHERE id < 100");
        await Task.Delay(1100, Cancel);
        var other = await BackupAsync("live");
        File.Copy(ManifestPath(other), ManifestPath(backup), overwrite: true);

        await FailsAsync([ErrorCatalog.ManifestMismatch], () => RestoreAsync(backup.Name, "live"));
        Assert.Equal(ErrorCatalog.ManifestMismatch.Id, (await VerifyAsync(backup.Name)).FirstFailure?.ErrorId);
        Assert.Equal(BackupState.ManifestUnreadable, (await ListAsync()).Single(listed => listed.Name == backup.Name).State);
    }

    [Fact]
    public async Task Data_files_exchanged_between_two_backups_are_found()
    {
        var backup = await PrepareAsync();
        await Server.SqlAsync("live", "DELETE FROM segments WHERE id < 100");
        await Task.Delay(1100, Cancel);
        var other = await BackupAsync("live");
        File.Copy(other.Path, backup.Path, overwrite: true);

        await FailsAsync([ErrorCatalog.ManifestMismatch, ErrorCatalog.BackupCorrupt, ErrorCatalog.BackupTruncated], () => RestoreAsync(backup.Name, "live"));
        Assert.Equal(CheckOutcome.Failed, (await VerifyAsync(backup.Name)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_missing_or_damaged_index_is_found(bool missing)
    {
        var backup = await PrepareAsync();
        var before = await DumpText.StateAsync(Server, "live");
        if (missing)
        {
            File.Delete(IndexPath(backup));
        }
        else
        {
            var bytes = await File.ReadAllBytesAsync(IndexPath(backup), Cancel);
            bytes[bytes.Length / 2] ^= 4;
            await File.WriteAllBytesAsync(IndexPath(backup), bytes, Cancel);
        }

        await FailsAsync([ErrorCatalog.IndexUnreadable, ErrorCatalog.BackupCorrupt], () => RestoreAsync(backup.Name, "live"));
        Assert.Equal(CheckOutcome.Failed, (await VerifyAsync(backup.Name)).Outcome);
        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
    }

    [Fact]
    public async Task A_manifest_without_its_data_is_shown_and_refused()
    {
        var backup = await PrepareAsync();
        File.Delete(backup.Path);
        Assert.Equal(BackupState.DataMissing, Assert.Single(await ListAsync()).State);
        await FailsAsync([ErrorCatalog.BackupNotFound, ErrorCatalog.ObjectNotFound], () => RestoreAsync(backup.Name, "live"));
    }

    [Fact]
    public async Task A_backup_of_a_newer_major_is_refused_by_an_older_server()
    {
        await Server.CreateAsync("live", "sample.sql");
        var before = await DumpText.StateAsync(Server, "live");
        var backup = await BackupAsync("live", Plain);
        // Other majors are rarely installed beside each other, so a real backup is made to claim one.
        var forged = new ForgedBackup { Index = index => index with { Header = index.Header with { ServerVersionNumber = 990001 } } };
        await forged.WriteAsync(backup, Environment);

        await FailsAsync(ErrorCatalog.TargetServerOlder, () => RestoreAsync(backup.Name, "live"));
        Assert.Equal(before, await DumpText.StateAsync(Server, "live"));
        Assert.Equal(["live", "postgres", "template0", "template1"], await Server.DatabasesAsync());

        var restored = await RestoreAsync(backup.Name, "live", request => request with { Force = true });
        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
    }

    [Fact]
    public async Task A_file_of_the_former_scripts_from_a_newer_major_is_refused_by_an_older_server()
    {
        await Server.CreateAsync("live", "sample.sql");
        Directory.CreateDirectory(Place);
        await Programs.ShellAsync(
            $"pg_dump | sed -E 's/^-- Dumped (from database|by pg_dump) version [0-9.]+/-- Dumped \\1 version 99.1/' | gzip > '{Place}/mina_db_backup_20240101_000000.sql.gz'",
            Server.ClientEnvironment("live"));
        await FailsAsync(ErrorCatalog.TargetServerOlder, () => RestoreAsync("mina_db_backup_20240101_000000", "live"));
    }

    private static string ManifestPath(BackupInfo backup) => Path.Combine(backup.Location, backup.Name + ".manifest.json");

    private static string IndexPath(BackupInfo backup) => Directory.GetFiles(backup.Location, backup.Name + ".index.*").Single();

    private async Task<BackupResult> PrepareAsync()
    {
        await Server.CreateAsync("live", "sample.sql");
        return await BackupAsync("live");
    }

    private async Task<IReadOnlyList<BackupInfo>> ListAsync()
    {
        var listed = new List<BackupInfo>();
        await foreach (var backup in Engine.ListAsync(new BackupQuery { Locations = [Place] }, Cancel))
        {
            listed.Add(backup);
        }

        return listed;
    }
}
