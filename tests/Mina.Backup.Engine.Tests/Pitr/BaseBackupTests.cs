using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Scenarios;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Pitr;

public sealed class BaseBackupTests
{
    private const string Filler = "CREATE TABLE filler AS SELECT g AS id, (SELECT string_agg(md5((g * 100 + i)::text), '') FROM generate_series(1, 60) i) AS t FROM generate_series(1, 4000) g";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_base_backup_is_what_its_name_says_and_the_servers_own_program_verifies_it(bool encrypted)
    {
        await using var site = await PitrSite.StartAsync();
        await site.SqlAsync(Filler);
        if (!encrypted)
        {
            site.SetVariable("GPG_BACKUP_PASSPHRASE", null);
        }

        var made = await site.BackUpAsync(request => request with { Protection = new ProtectionRequest { NoEncryption = !encrypted } });
        var unpacked = Path.Combine(site.Root, "unpacked");
        await UnpackAsync(site, made, unpacked, encrypted);

        await Programs.RunAsync(Path.Combine(site.Source.BinDirectory, "pg_verifybackup"), ["-n", unpacked]);
        Assert.Equal(BackupState.Verified, made.State);
        Assert.Equal(encrypted ? BackupEncryption.Passphrase : BackupEncryption.None, made.Encryption);
        Assert.All(made.Verification!.Checks, check => Assert.Equal(CheckOutcome.Passed, check.Outcome));
        Assert.Equal(await site.ValueAsync("SELECT system_identifier FROM pg_control_system()"), made.SystemIdentifier);
        Assert.True(made.StopLsn > made.StartLsn);
        Assert.Equal(await site.ValueAsync($"SELECT pg_walfile_name('{made.StartLsn}')"), made.StartSegment);
        var listed = Assert.Single(await ListAsync(site));
        Assert.Equal((made.Name, made.StopLsn, made.EndedAt, made.State), (listed.Name, listed.StopLsn, listed.EndedAt, listed.State));
        Assert.Equal(
            CheckOutcome.Passed,
            (await site.Engine.VerifyBaseAsync(new VerifyBaseBackupRequest { Name = made.Name }, site.Observer, PitrSite.Cancel)).Outcome);
    }

    [Fact]
    public async Task Tablespaces_come_in_tars_of_their_own_and_verify_with_the_servers_program()
    {
        await using var site = await PitrSite.StartAsync();
        var folder = Path.Combine(Path.GetDirectoryName(site.Source.DataDirectory)!, "extra");
        await Programs.ShellAsync($"mkdir -m 700 {folder}; [ $(id -u) -ne 0 ] || chown postgres {folder}");
        await site.SqlAsync($"CREATE TABLESPACE extra LOCATION '{folder}'", "CREATE TABLE far TABLESPACE extra AS SELECT g FROM generate_series(1, 50000) g");

        var made = await site.BackUpAsync();
        var unpacked = Path.Combine(site.Root, "unpacked");
        await UnpackAsync(site, made, unpacked, encrypted: true);

        Assert.Equal([folder], made.Tablespaces);
        var oid = await site.ValueAsync("SELECT oid FROM pg_tablespace WHERE spcname = 'extra'");
        Assert.Equal($"{oid} {folder}", (await File.ReadAllTextAsync(Path.Combine(unpacked, "tablespace_map"), PitrSite.Cancel)).Trim());
        Directory.CreateDirectory(Path.Combine(unpacked, "pg_tblspc", oid));
        await Programs.ShellAsync($"gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 3 -d '{site.Place.BaseLocation}/{made.Name}.{oid}.tar.gz.gpg' 3<<<\"$PASS\" | gunzip | tar x -C '{unpacked}/pg_tblspc/{oid}'", new Dictionary<string, string> { ["PASS"] = PitrSite.Passphrase });
        await Programs.RunAsync(Path.Combine(site.Source.BinDirectory, "pg_verifybackup"), ["-n", unpacked]);
        Assert.Equal(
            CheckOutcome.Passed,
            (await site.Engine.VerifyBaseAsync(new VerifyBaseBackupRequest { Name = made.Name }, site.Observer, PitrSite.Cancel)).Outcome);
    }

    [Theory]
    [InlineData("truncate", "BackupTruncated")]
    [InlineData("flip", "BackupCorrupt")]
    [InlineData("remove", "ObjectNotFound")]
    [InlineData("index", "IndexUnreadable")]
    [InlineData("wal", "WalGap")]
    public async Task Damage_is_found_named_and_remembered(string damage, string errorId)
    {
        await using var site = await PitrSite.StartAsync();
        var made = await site.BackUpAsync();
        switch (damage)
        {
            case "truncate":
                await using (var file = File.OpenWrite(made.Path))
                {
                    file.SetLength(file.Length / 2);
                }

                break;
            case "flip":
                var bytes = await File.ReadAllBytesAsync(made.Path, PitrSite.Cancel);
                bytes[bytes.Length / 2] ^= 1;
                await File.WriteAllBytesAsync(made.Path, bytes, PitrSite.Cancel);
                break;
            case "remove":
                File.Delete(made.Path);
                break;
            case "index":
                await File.WriteAllTextAsync(made.Path.Replace(".tar.gz.gpg", ".index.jsonl.gz.gpg", StringComparison.Ordinal), "no index", PitrSite.Cancel);
                break;
            default:
                File.Delete(Path.Combine(site.SpoolPath, made.StartSegment!));
                break;
        }

        var verification = await site.Engine.VerifyBaseAsync(new VerifyBaseBackupRequest { Name = made.Name }, site.Observer, PitrSite.Cancel);

        Assert.Equal(CheckOutcome.Failed, verification.Outcome);
        Assert.Equal(errorId, verification.FirstFailure!.ErrorId);
        Assert.NotEqual(BackupState.Verified, Assert.Single(await ListAsync(site)).State);
    }

    [Fact]
    public async Task Another_key_is_an_error_and_no_damage()
    {
        await using var site = await PitrSite.StartAsync();
        var made = await site.BackUpAsync();
        site.SetVariable("GPG_BACKUP_PASSPHRASE", "another one");

        var error = await Assert.ThrowsAsync<EncryptionException>(() =>
            site.Engine.VerifyBaseAsync(new VerifyBaseBackupRequest { Name = made.Name }, site.Observer, PitrSite.Cancel));

        Assert.Equal("PassphraseWrong", error.ErrorId);
        Assert.Equal(BackupState.Verified, Assert.Single(await ListAsync(site)).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_dies_meanwhile_leaves_nothing_and_the_next_run_succeeds(bool tablespace)
    {
        await using var site = await PitrSite.StartAsync();
        await site.SqlAsync(Filler, "INSERT INTO filler SELECT id + 10000, t FROM filler");
        if (tablespace)
        {
            var folder = Path.Combine(Path.GetDirectoryName(site.Source.DataDirectory)!, "extra");
            await Programs.ShellAsync($"mkdir -m 700 {folder}; [ $(id -u) -ne 0 ] || chown postgres {folder}");
            await site.SqlAsync($"CREATE TABLESPACE extra LOCATION '{folder}'");
        }

        var running = site.BackUpAsync();
        await BegunAsync(site);
        await site.Source.KillAsync(PitrSite.Cancel);
        var error = await Assert.ThrowsAnyAsync<MinaException>(() => running);

        Assert.Contains(error.ErrorId, (string[])["ServerConnectionLost", "ServerUnreachable"]);
        Assert.Empty(site.BaseFiles());
        await site.Source.RestartAsync(PitrSite.Cancel);
        Assert.Equal(BackupState.Verified, (await site.BackUpAsync()).State);
    }

    [Fact]
    public async Task Stopped_by_its_operator_it_leaves_nothing_on_either_side()
    {
        await using var site = await PitrSite.StartAsync();
        await site.SqlAsync(Filler);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(PitrSite.Cancel);
        var running = site.Engine.BackUpBaseAsync(new BaseBackupRequest { Database = site.Source.Target.ToUri() }, site.Observer, stop.Token);
        await BegunAsync(site);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Empty(site.BaseFiles());
        await Eventually.TrueAsync(
            async () => await site.ValueAsync("SELECT count(*) FROM pg_stat_progress_basebackup") == "0", "the end of the base backup on the server");
    }

    [Fact]
    public async Task An_archiver_that_fails_is_named_instead_of_waited_for_without_end()
    {
        await using var site = await PitrSite.StartAsync(new Dictionary<string, string> { ["archive_command"] = "false" });

        var error = await Assert.ThrowsAsync<ServerException>(() => site.BackUpAsync(request => request with { ArchiveTimeout = TimeSpan.FromSeconds(1) }));

        Assert.Equal("BaseBackupNotArchived", error.ErrorId);
        Assert.Contains("failed", error.Message, StringComparison.Ordinal);
        Assert.Empty(site.BaseFiles());
    }

    private static Task BegunAsync(PitrSite site) => Eventually.TrueAsync(
        () => site.BaseFiles().Any(name => name.EndsWith(".tar.gz.gpg.partial", StringComparison.Ordinal)), "the base backup's first bytes", TimeSpan.FromMilliseconds(2));

    private static async Task<List<BaseBackupInfo>> ListAsync(PitrSite site)
    {
        var listed = new List<BaseBackupInfo>();
        await foreach (var backup in site.Engine.ListBasesAsync(new BaseBackupQuery(), PitrSite.Cancel))
        {
            listed.Add(backup);
        }

        return listed;
    }

    private static async Task UnpackAsync(PitrSite site, BaseBackupInfo made, string folder, bool encrypted)
    {
        Directory.CreateDirectory(folder);
        var decrypt = encrypted ? $"gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 3 -d '{made.Path}' 3<<<\"$PASS\"" : $"cat '{made.Path}'";
        await Programs.ShellAsync($"{decrypt} | gunzip | tar x -C '{folder}'", new Dictionary<string, string> { ["PASS"] = PitrSite.Passphrase });
    }
}
