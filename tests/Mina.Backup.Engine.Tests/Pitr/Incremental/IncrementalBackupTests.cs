using System.Text;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Catalog;
using Mina.Backup.Model;
using static Mina.Backup.Engine.Tests.Pitr.Incremental.IncrementalSite;

namespace Mina.Backup.Engine.Tests.Pitr.Incremental;

/// <summary>Incremental base backups of a real server: made, listed, verified, refused.</summary>
public sealed class IncrementalBackupTests
{
    [Fact]
    public async Task It_holds_what_changed_and_builds_on_the_newest_one_or_on_the_one_named()
    {
        await using var site = await StartAsync();
        await site.FillAsync();
        var full = await site.BackUpAsync();
        await site.WriteAsync(5);
        var first = await site.BackUpMoreAsync();
        await site.WriteAsync(5);
        var second = await site.BackUpMoreAsync();
        var other = await site.BackUpMoreAsync(full.Name);

        Assert.Equal((BaseBackupKind.Full, null), (full.Kind, full.Parent));
        Assert.Equal((BaseBackupKind.Incremental, full.Name), (first.Kind, first.Parent));
        Assert.Equal([full.Name, first.Name, second.Name], second.Chain);
        Assert.Equal([full.Name, other.Name], other.Chain);
        Assert.All([first, second, other], made => Assert.Equal(BackupState.Verified, made.State));
        Assert.True(first.PlainSize < full.PlainSize / 2, $"{first.PlainSize} of {full.PlainSize} bytes changed.");
        var listed = await site.ListAsync();
        Assert.Equal([other.Name, second.Name, first.Name, full.Name], listed.Select(backup => backup.Name));
        Assert.Equal(second.Chain, listed[1].Chain);
        var verification = await site.VerifyAsync(second.Name);
        Assert.All(verification.Checks, check => Assert.Equal(CheckOutcome.Passed, check.Outcome));
        Assert.Contains(full.Name, verification.Checks[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_encrypted_archive_shows_nothing_of_the_content_and_no_key_means_no_incremental_one()
    {
        await using var site = await StartAsync();
        await site.SqlAsync("CREATE TABLE secret AS SELECT 'find me if you can' AS t FROM generate_series(1, 1000)");
        var full = await site.BackUpAsync();
        await site.SqlAsync("UPDATE secret SET t = 'find me again'");
        var made = await site.BackUpMoreAsync();

        Assert.All(Directory.GetFiles(site.Place.BaseLocation), path =>
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
            Assert.DoesNotContain("find me", text, StringComparison.Ordinal);
            Assert.DoesNotContain("INCREMENTAL.", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Manifest-Checksum", text, StringComparison.Ordinal);
        });
        Assert.All(Directory.GetFiles(site.Environment.StateDirectory, "*", SearchOption.AllDirectories), path =>
            Assert.DoesNotContain("Manifest-Checksum", File.ReadAllText(path), StringComparison.Ordinal));
        Assert.Equal(BackupEncryption.Passphrase, made.Encryption);
        site.SetVariable("GPG_BACKUP_PASSPHRASE", "another one");
        var error = await Assert.ThrowsAsync<EncryptionException>(() => site.BackUpMoreAsync(full.Name));
        Assert.Equal(("PassphraseWrong", full.Name), (error.ErrorId, error.Target));
        Assert.Equal(2, (await site.ListAsync()).Count);
        Assert.DoesNotContain(site.BaseFiles(), file => file.Contains("partial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_with_the_public_key_alone_builds_on_what_it_made_itself()
    {
        await using var site = await StartAsync();
        site.SetVariable("GPG_BACKUP_PASSPHRASE", null);
        await site.FillAsync();
        var (publicFile, secretFile) = SampleKeys.WriteRecipient(site.Root);
        Task<BaseBackupResult> MakeAsync(bool incremental) => site.BackUpAsync(request => request with
        {
            Incremental = incremental,
            Protection = new ProtectionRequest { RecipientFile = publicFile },
        });
        var full = await MakeAsync(incremental: false);
        await site.WriteAsync(1);
        var first = await MakeAsync(incremental: true);
        var second = await MakeAsync(incremental: true);
        var digest = await site.ValueAsync(Digest);
        await site.ArchiveAsync();

        var branch = await site.BranchAsync(new PitrTarget { Kind = PitrTargetKind.Latest }, request => request with { Keys = new KeyRequest { PrivateKeyFile = secretFile } });

        Assert.Equal([full.Name, first.Name, second.Name], second.Chain);
        Assert.Equal((second.Name, digest), (branch.BaseBackup, await site.ValueAsync(branch, Digest)));
        var copies = new DirectoryInfo(Path.Combine(site.Environment.StateDirectory, "base-manifests"));
        Assert.Equal(3, copies.GetFiles().Length);
        Assert.All(copies.GetFiles(), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
        copies.Delete(recursive: true);
        var error = await Assert.ThrowsAsync<EncryptionException>(() => MakeAsync(incremental: true));
        Assert.Equal(("PrivateKeyMissing", second.Name), (error.ErrorId, error.Target));
        Assert.Equal(3, (await site.ListAsync()).Count);
    }

    [Fact]
    public async Task A_server_that_is_too_old_is_refused_and_left_as_it_was()
    {
        await using var site = await PitrSite.StartAsync();
        Assert.SkipWhen(int.Parse(site.Source.ServerVersion.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture) >= 17, "The machine's own server is not old.");
        var full = await site.BackUpAsync();

        var error = await Assert.ThrowsAsync<ServerException>(() => site.BackUpMoreAsync());

        Assert.Equal("IncrementalNotSupported", error.ErrorId);
        Assert.Equal(BaseBackupKind.Full, full.Kind);
        Assert.Contains("\"formatVersion\": 1,", await File.ReadAllTextAsync(ManifestOf(site, full), PitrSite.Cancel), StringComparison.Ordinal);
        Assert.Equal([full.Name], (await site.ListAsync()).Select(backup => backup.Name));
    }

    [Fact]
    public async Task A_server_without_summaries_is_refused_and_so_is_a_parent_from_before_them()
    {
        await using var site = await StartAsync(summaries: false);
        await site.BackUpAsync();
        var off = await Assert.ThrowsAsync<ServerException>(() => site.BackUpMoreAsync());
        await site.FillAsync();
        await site.ArchiveAsync();
        await site.SqlAsync("CHECKPOINT", "ALTER SYSTEM SET wal_summary_keep_time = '1min'", "ALTER SYSTEM SET min_wal_size = '32MB'", "SELECT pg_switch_wal()", "CHECKPOINT");
        await site.ArchiveAsync();
        await site.SqlAsync("CHECKPOINT", "ALTER SYSTEM SET summarize_wal = on", "SELECT pg_reload_conf()");

        var late = await Record.ExceptionAsync(() => site.BackUpMoreAsync());

        Assert.Equal("WalSummariesOff", off.ErrorId);
        Assert.Equal("IncrementalRefused", Assert.IsType<ServerException>(late).ErrorId);
        Assert.Single(await site.ListAsync());
    }

    [Fact]
    public async Task A_parent_that_is_missing_damaged_or_of_another_cluster_is_refused()
    {
        await using var site = await StartAsync();
        await using var stranger = await StartAsync();
        var none = await Assert.ThrowsAsync<CatalogException>(() => site.BackUpMoreAsync());
        var full = await site.BackUpAsync();
        var foreign = await stranger.BackUpAsync();
        foreach (var path in Directory.GetFiles(stranger.Place.BaseLocation))
        {
            File.Copy(path, Path.Combine(site.Place.BaseLocation, Path.GetFileName(path).Replace(foreign.Name, "mina_base_backup_20990101_000000", StringComparison.Ordinal)));
        }

        var manifest = Path.Combine(site.Place.BaseLocation, "mina_base_backup_20990101_000000.manifest.json");
        await File.WriteAllTextAsync(manifest, (await File.ReadAllTextAsync(manifest, PitrSite.Cancel)).Replace(foreign.Name, "mina_base_backup_20990101_000000", StringComparison.Ordinal), PitrSite.Cancel);
        var other = await Assert.ThrowsAsync<CatalogException>(() => site.BackUpMoreAsync("mina_base_backup_20990101_000000"));
        var missing = await Assert.ThrowsAsync<CatalogException>(() => site.BackUpMoreAsync("mina_base_backup_20200101_000000"));
        var chosen = await site.BackUpMoreAsync();
        await DamageAsync(full);
        await site.VerifyAsync(full.Name);
        var damaged = await Assert.ThrowsAsync<CatalogException>(() => site.BackUpMoreAsync(full.Name));
        var built = await Assert.ThrowsAsync<CatalogException>(() => site.BackUpMoreAsync(chosen.Name));
        var conflict = await Assert.ThrowsAsync<ConfigurationException>(() => site.BackUpAsync(request => request with { Parent = full.Name }));

        Assert.Equal("NoIncrementalParent", none.ErrorId);
        Assert.Equal("IncrementalParentUnusable", other.ErrorId);
        Assert.Contains("of the cluster", other.Message, StringComparison.Ordinal);
        Assert.Equal("BaseBackupNotFound", missing.ErrorId);
        Assert.Equal(full.Name, chosen.Parent);
        Assert.Equal(("IncrementalParentUnusable", full.Name), (damaged.ErrorId, damaged.Target));
        Assert.Equal("IncrementalParentUnusable", built.ErrorId);
        Assert.Contains(full.Name, built.Message, StringComparison.Ordinal);
        Assert.Equal("OptionConflict", conflict.ErrorId);
    }

    [Fact]
    public async Task A_promoted_server_builds_on_what_lies_before_the_promotion_and_on_nothing_behind_it()
    {
        await using var site = await StartAsync();
        await site.FillAsync();
        var full = await site.BackUpAsync();
        await site.WriteAsync(2);
        var time = await site.NowAsync();
        await site.WriteAsync(2);
        var behind = await site.BackUpMoreAsync();
        await site.ArchiveAsync();
        // The server goes back to the time between, as a server would that was restored and took over.
        var branch = await site.BranchAsync(At(time), request => request with { Settings = new Dictionary<string, string> { ["summarize_wal"] = "on", ["max_wal_senders"] = "10" } });
        await File.AppendAllTextAsync(Path.Combine(branch.Path!, "data", "pg_hba.conf"), "host replication all 127.0.0.1/32 scram-sha-256\n", PitrSite.Cancel);
        await site.SqlBranchAsync(branch, "SELECT pg_reload_conf()", "CHECKPOINT");
        var database = branch.ConnectionUri!;

        var refused = await Record.ExceptionAsync(() => site.BackUpAsync(request => request with { Database = database, Incremental = true, Parent = behind.Name }));

        Assert.Equal("IncrementalParentUnusable", Assert.IsType<CatalogException>(refused).ErrorId);
        Assert.Contains("timeline", refused.Message, StringComparison.Ordinal);
        var made = await site.BackUpAsync(request => request with { Database = database, Incremental = true });
        Assert.Equal((full.Name, 2u), (made.Parent, made.Timeline));
        await site.RemoveAsync(branch);
    }

    [Fact]
    public async Task A_manifest_that_calls_an_incremental_one_a_full_one_is_not_believed()
    {
        await using var site = await StartAsync();
        await site.BackUpAsync();
        var made = await site.BackUpMoreAsync();
        var path = ManifestOf(site, made);
        var text = await File.ReadAllTextAsync(path, PitrSite.Cancel);
        Assert.Contains("\"formatVersion\": 2,", text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, text.Replace("\"formatVersion\": 2,", "\"formatVersion\": 1,", StringComparison.Ordinal), PitrSite.Cancel);

        Assert.Equal(BackupState.ManifestUnreadable, (await site.ListAsync())[0].State);
    }

    private static string ManifestOf(PitrSite site, BaseBackupInfo backup) => Path.Combine(site.Place.BaseLocation, backup.Name + ".manifest.json");
}
