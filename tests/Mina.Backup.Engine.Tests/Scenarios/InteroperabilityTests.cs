using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class InteroperabilityTests(ScenarioFixture fixture) : Scenario(fixture)
{
    private string GnupgHome => Path.Combine(Folder, "gnupg");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Directory.CreateDirectory(GnupgHome);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(GnupgHome, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await Programs.TryAsync("gpgconf", ["--homedir", GnupgHome, "--kill", "all"]);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Gpg_gunzip_and_psql_alone_restore_an_encrypted_backup()
    {
        await Server.CreateAsync("torture", "torture.sql");
        await Server.CreateAsync("copy");
        var backup = await BackupAsync("torture");

        await Programs.ShellAsync(
            """gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 3 --decrypt "$FILE" 3<<<"$PHRASE" | gunzip | psql -Xq -v ON_ERROR_STOP=1 >/dev/null""",
            Tools("copy", backup.Path));

        await AssertSameContentAsync("torture", "copy");
    }

    [Theory]
    [InlineData(BackupCompression.Zstd, ".sql.zst.gpg", "zstd -dc")]
    [InlineData(BackupCompression.None, ".sql.gpg", "cat")]
    public async Task Backups_of_any_compression_restore_by_the_tools_alone_and_here(BackupCompression compression, string ending, string program)
    {
        await Server.CreateAsync("torture", "torture.sql");
        await Server.CreateAsync("copy");
        var backup = await Engine.BackupAsync(BackupOf(Server.Uri("torture")) with { Compression = compression }, new RecordingObserver(), Cancel);
        Assert.EndsWith(ending, backup.FileName, StringComparison.Ordinal);
        Assert.Equal(compression, backup.Compression);

        await Programs.ShellAsync(
            $"""gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 3 --decrypt "$FILE" 3<<<"$PHRASE" | {program} | psql -Xq -v ON_ERROR_STOP=1 >/dev/null""",
            Tools("copy", backup.Path));
        await AssertSameContentAsync("torture", "copy");

        var restored = await RestoreAsync(backup.Name, "torture", request => request with { SkipSafetyBackup = true });
        Assert.Equal(ProofKind.Fingerprints, restored.Proof.Kind);
        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
        await AssertSameContentAsync("torture", "copy");
    }

    [Fact]
    public async Task Gpg_shows_an_AES256_message_with_MDC_and_the_greatest_S2K_count()
    {
        await Server.CreateAsync("live", "sample.sql");
        var backup = await BackupAsync("live");

        foreach (var file in FilesInPlace().Where(name => name.EndsWith(".gpg", StringComparison.Ordinal)))
        {
            var packets = await Programs.ShellAsync(
                """gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 3 --list-packets "$FILE" 3<<<"$PHRASE" 2>&1""",
                Tools("live", Path.Combine(Place, file)));
            Assert.Contains("count 65011712 (255)", packets, StringComparison.Ordinal);
            Assert.Contains("cipher 9", packets, StringComparison.Ordinal);
            Assert.Contains("mdc_method: 2", packets, StringComparison.Ordinal);
            Assert.DoesNotContain("compressed packet", packets, StringComparison.Ordinal);
        }

        Assert.Equal(3, FilesInPlace().Count(name => name.EndsWith(".gpg", StringComparison.Ordinal)));
        Assert.EndsWith(".sql.gz.gpg", backup.FileName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gunzip_and_psql_alone_restore_a_plain_backup()
    {
        await Server.CreateAsync("torture", "torture.sql");
        await Server.CreateAsync("copy");
        var backup = await BackupAsync("torture", Plain);

        await Programs.ShellAsync("""gzip -t "$FILE"; gunzip -c "$FILE" | psql -Xq -v ON_ERROR_STOP=1 >/dev/null""", Tools("copy", backup.Path));

        await AssertSameContentAsync("torture", "copy");
    }

    [Theory]
    [InlineData("default")]
    [InlineData("future-default")]
    public async Task Gpg_opens_a_backup_for_a_recipient_with_its_private_key_and_the_run_needed_none(string algorithm)
    {
        await Server.CreateAsync("live", "sample.sql");
        await Server.CreateAsync("copy");
        var (publicKey, privateKey) = await MakeKeyAsync(algorithm);

        var backup = await BackupAsync("live", new ProtectionRequest { RecipientFile = publicKey });
        Assert.Equal(BackupEncryption.Recipient, backup.Encryption);
        Assert.Equal(CheckOutcome.Passed, backup.Verification?.Outcome);
        await Programs.ShellAsync("""gpg --batch --quiet --decrypt "$FILE" | gunzip | psql -Xq -v ON_ERROR_STOP=1 >/dev/null""", Tools("copy", backup.Path));
        await AssertSameContentAsync("live", "copy");

        var without = await VerifyAsync(backup.Name, new KeyRequest());
        Assert.Equal(CheckOutcome.NotChecked, without.Outcome);
        Assert.Equal(CheckOutcome.Passed, Assert.Single(without.Checks, check => check.Check == VerificationCheckKind.Hash).Outcome);
        Assert.NotEqual(CheckOutcome.Passed, Assert.Single(without.Checks, check => check.Check == VerificationCheckKind.Rows).Outcome);
        await FailsAsync(ErrorCatalog.PrivateKeyMissing, () => RestoreAsync(backup.Name, "live", request => request with { Keys = new KeyRequest() }));
        var restored = await RestoreAsync(backup.Name, "live", request => request with { Keys = new KeyRequest { PrivateKeyFile = privateKey }, SkipSafetyBackup = true });
        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
    }

    [Theory]
    [InlineData("pg_dump | gzip", ".sql.gz", "")]
    [InlineData("pg_dump | zstd", ".sql.zst", "")]
    [InlineData("pg_dump | zstd | gpg", ".sql.zst.gpg", "")]
    [InlineData("pg_dump | gzip | gpg", ".sql.gz.gpg", "")]
    [InlineData("pg_dump | gzip | gpg with compression", ".sql.gz.gpg", "-z 6")]
    [InlineData("pg_dump | gzip | gpg with AES128 and SHA1", ".sql.gz.gpg", "--cipher-algo AES128 --s2k-digest-algo SHA1 --s2k-count 65536")]
    public async Task Files_of_the_former_scripts_are_listed_verified_and_restored(string script, string ending, string options)
    {
        await Server.CreateAsync("torture", "torture.sql");
        var path = await ScriptBackupAsync("torture", ending, options);
        var name = Path.GetFileName(path)[..^ending.Length];

        var listed = new List<BackupInfo>();
        await foreach (var backup in Engine.ListAsync(new BackupQuery { Locations = [Place] }, Cancel))
        {
            listed.Add(backup);
        }

        Assert.Equal(BackupFormat.Script, Assert.Single(listed).Format);
        var verification = await VerifyAsync(name);
        Assert.True(verification.FirstFailure is null, $"{script}: {verification.FirstFailure}");
        var expected = Path.Combine(Folder, "expected.sql");
        await DumpText.WriteAsync(Server, "torture", expected, "--exclude-table-data=enum_hash.*");
        var restored = await RestoreAsync(name, "torture", request => request with { SkipSafetyBackup = true });
        Assert.Equal(ProofKind.RowCounts, restored.Proof.Kind);
        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
        var actual = Path.Combine(Folder, "actual.sql");
        await DumpText.WriteAsync(Server, "torture", actual, "--exclude-table-data=enum_hash.*");
        await DumpText.AssertSameAsync(expected, actual);
    }

    private async Task<string> ScriptBackupAsync(string database, string ending, string options)
    {
        Directory.CreateDirectory(Place);
        var path = Path.Combine(Place, "mina_db_backup_20240102_030405" + ending);
        var encrypt = ending.EndsWith(".gpg", StringComparison.Ordinal)
            ? $"| gpg --batch --yes --pinentry-mode loopback --passphrase-fd 3 --symmetric --cipher-algo AES256 -z 0 {options} 3<<<\"$PHRASE\""
            : string.Empty;
        await Programs.ShellAsync($"pg_dump | {(ending.Contains(".zst", StringComparison.Ordinal) ? "zstd -q --no-check" : "gzip")} {encrypt} > \"$FILE\"", Tools(database, path));
        return path;
    }

    private async Task<(string Public, string Private)> MakeKeyAsync(string algorithm)
    {
        var (publicKey, privateKey) = (Path.Combine(Folder, "public.asc"), Path.Combine(Folder, "private.asc"));
        await Programs.ShellAsync(
            $"""
            gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-generate-key 'Backup <backup@example.org>' {algorithm} default never
            gpg --batch --quiet --armor --export backup@example.org > '{publicKey}'
            gpg --batch --quiet --armor --pinentry-mode loopback --passphrase '' --export-secret-keys backup@example.org > '{privateKey}'
            """,
            Tools("postgres", publicKey));
        return (publicKey, privateKey);
    }

    private Dictionary<string, string> Tools(string database, string file) => new(Server.ClientEnvironment(database))
    {
        ["FILE"] = file,
        ["PHRASE"] = Passphrase,
        ["GNUPGHOME"] = GnupgHome,
    };

    private async Task AssertSameContentAsync(string one, string other)
    {
        var (left, right) = (Path.Combine(Folder, "left.sql"), Path.Combine(Folder, "right.sql"));
        await DumpText.WriteAsync(Server, one, left, "--exclude-table-data=enum_hash.*");
        await DumpText.WriteAsync(Server, other, right, "--exclude-table-data=enum_hash.*");
        await DumpText.AssertSameAsync(left, right);
    }
}
