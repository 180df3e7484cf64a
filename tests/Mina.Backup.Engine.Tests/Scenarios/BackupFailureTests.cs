using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class BackupFailureTests(ScenarioFixture fixture) : Scenario(fixture)
{
    [Fact]
    public async Task No_source_given() =>
        await BackupFailsAsync(ErrorCatalog.SourceNotGiven, null);

    [Fact]
    public async Task A_source_that_cannot_be_read_does_not_show_its_password() =>
        await BackupFailsAsync(ErrorCatalog.ConnectionStringInvalid, $"postgresql://user:{Uri.EscapeDataString(ScenarioServer.Password)}@host:port/db");

    [Fact]
    public async Task Host_unreachable() =>
        await BackupFailsAsync(ErrorCatalog.ServerUnreachable, "postgresql://postgres:x@127.0.0.1:1/live?connect_timeout=3");

    [Fact]
    public async Task Host_without_address() =>
        await BackupFailsAsync(ErrorCatalog.ServerUnreachable, "postgresql://postgres:x@no-such-host.invalid/live?connect_timeout=3");

    [Fact]
    public async Task Socket_without_server() =>
        await BackupFailsAsync(ErrorCatalog.ServerUnreachable, $"postgresql://postgres@{Uri.EscapeDataString(Folder)}/live");

    [Fact]
    public async Task Wrong_password()
    {
        await Server.CreateAsync("live", "sample.sql");
        var error = await BackupFailsAsync(ErrorCatalog.AuthenticationFailed, Server.LoopbackUri("live", password: "guessed-wrongly"));
        Assert.DoesNotContain("guessed-wrongly", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("28P01", error.SqlState);
    }

    [Fact]
    public async Task No_password() =>
        await BackupFailsAsync(ErrorCatalog.AuthenticationFailed, $"postgresql://postgres@127.0.0.1:{Server.Port}/live");

    [Fact]
    public async Task Database_missing() =>
        await BackupFailsAsync(ErrorCatalog.DatabaseNotFound, Server.Uri("no_such_database"));

    [Fact]
    public async Task TLS_asked_for_where_the_server_has_none() =>
        await BackupFailsAsync([ErrorCatalog.TlsRequired, ErrorCatalog.ServerUnreachable], Server.LoopbackUri("postgres") + "?sslmode=require");

    [Theory]
    [InlineData("postgresql://u:p@db-123456-pooler.us-east-2.example.com/app?sslmode=require")]
    [InlineData("Host=db-123456-pooler.us-east-2.example.com;Database=app;Username=u;Password=p")]
    public async Task A_pooler_address(string source) =>
        await BackupFailsAsync(ErrorCatalog.PoolerNotSupported, source);

    [Fact]
    public async Task No_privilege_on_one_table()
    {
        await Server.CreateAsync("live", "sample.sql");
        await WithRoleAsync("GRANT SELECT ON ALL TABLES IN SCHEMA public TO limited; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO limited; REVOKE SELECT ON sessions FROM limited", async () =>
        {
            var error = await BackupFailsAsync(ErrorCatalog.PermissionDenied, Server.Uri("live", "limited"));
            Assert.Contains("sessions", error.Message + error.ServerDetail, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Row_level_security_that_hides_rows()
    {
        await Server.CreateAsync("live", "sample.sql");
        await WithRoleAsync("GRANT SELECT ON ALL TABLES IN SCHEMA public TO limited; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO limited; ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY half ON users USING (id % 2 = 0)", async () =>
        {
            var error = await BackupFailsAsync(ErrorCatalog.RowSecurityHidesRows, Server.Uri("live", "limited"));
            Assert.Contains("users", error.Message + error.ServerDetail, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_role_that_may_read_everything_suffices()
    {
        await Server.CreateAsync("live", "sample.sql");
        await WithRoleAsync("GRANT pg_read_all_data TO limited", async () =>
        {
            var backup = await Engine.BackupAsync(BackupOf(Server.Uri("live", "limited")), new RecordingObserver(), Cancel);
            Assert.Equal(CheckOutcome.Passed, backup.Verification?.Outcome);
            Assert.Equal(13200, backup.Rows);
        });
    }

    [Fact]
    public async Task Pg_dump_missing()
    {
        await Server.CreateAsync("live", "sample.sql");
        var empty = Directory.CreateDirectory(Path.Combine(Folder, "bin")).FullName;
        SetVariable("MINA_PG_BIN", empty);
        SetVariable("PATH", empty);
        await BackupFailsAsync(ErrorCatalog.ToolMissing, Server.Uri("live"));
    }

    [Fact]
    public async Task Pg_dump_older_than_the_server()
    {
        await Server.CreateAsync("live", "sample.sql");
        await ReplaceProgramsAsync("""case "$1" in --version|-V) echo "$(basename "$0") (PostgreSQL) 9.6.24";; *) exec "$REAL" "$@";; esac""");
        var error = await BackupFailsAsync(ErrorCatalog.ToolTooOld, Server.Uri("live"));
        Assert.Contains("9.6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pg_dump_that_writes_half_and_says_all_is_well()
    {
        await Server.CreateAsync("live", "sample.sql");
        await ReplaceProgramsAsync("""case "$*" in *--section=data*) "$REAL" "$@" | head -c 1000000; exit 0;; *) exec "$REAL" "$@";; esac""");
        await BackupFailsAsync([ErrorCatalog.DumpIncomplete, ErrorCatalog.ToolFailed], Server.Uri("live"));
    }

    [Fact]
    public async Task Pg_dump_that_writes_all_and_fails()
    {
        await Server.CreateAsync("live", "sample.sql");
        await ReplaceProgramsAsync("""case "$*" in *--section=post-data*) "$REAL" "$@"; echo "pg_dump: error: something odd" >&2; exit 3;; *) exec "$REAL" "$@";; esac""");
        var error = await BackupFailsAsync(ErrorCatalog.ToolFailed, Server.Uri("live"));
        Assert.Contains("something odd", error.Message + error.ServerDetail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pg_dump_killed_with_signal_9()
    {
        await Server.CreateAsync("live", "sample.sql");
        await ReplaceProgramsAsync("""case "$*" in *--section=data*) "$REAL" "$@" | head -c 1000000; kill -9 $$;; *) exec "$REAL" "$@";; esac""");
        await BackupFailsAsync(ErrorCatalog.ToolKilled, Server.Uri("live"));
    }

    [Fact]
    public async Task Encryption_required_and_no_passphrase() =>
        await BackupFailsAsync(ErrorCatalog.EncryptionRequired, Server.Uri("postgres"), new ProtectionRequest { RequireEncryption = true });

    [Fact]
    public async Task Passphrase_file_missing_and_key_file_unreadable()
    {
        await BackupFailsAsync(ErrorCatalog.KeyFileUnreadable, Server.Uri("postgres"), new ProtectionRequest { PassphraseFile = Path.Combine(Folder, "none") });
        await BackupFailsAsync(ErrorCatalog.KeyFileUnreadable, Server.Uri("postgres"), new ProtectionRequest { RecipientFile = Path.Combine(Folder, "none") });
        var empty = Path.Combine(Folder, "empty");
        await File.WriteAllTextAsync(empty, string.Empty, Cancel);
        await BackupFailsAsync(ErrorCatalog.KeyFileUnreadable, Server.Uri("postgres"), new ProtectionRequest { PassphraseFile = empty });
        await File.WriteAllTextAsync(empty, "not a key", Cancel);
        await BackupFailsAsync([ErrorCatalog.KeyFileUnreadable, ErrorCatalog.KeyUnusable], Server.Uri("postgres"), new ProtectionRequest { RecipientFile = empty });
    }

    [Fact]
    public async Task Two_ways_to_protect_at_once() =>
        await BackupFailsAsync(ErrorCatalog.OptionConflict, Server.Uri("postgres"), Encrypted with { NoEncryption = true });

    [Fact]
    public async Task Without_a_passphrase_the_backup_is_plain_and_the_run_warns()
    {
        await Server.CreateAsync("live", "sample.sql");
        var observer = new RecordingObserver();
        var backup = await BackupAsync("live", new ProtectionRequest(), observer: observer);
        Assert.Equal(BackupEncryption.None, backup.Encryption);
        Assert.Contains(observer.Warnings, warning => warning.Contains("encrypt", StringComparison.OrdinalIgnoreCase));
    }

    private Task<MinaException> BackupFailsAsync(ErrorDefinition expected, string? source, ProtectionRequest? protection = null) => BackupFailsAsync([expected], source, protection);

    private async Task<MinaException> BackupFailsAsync(IReadOnlyList<ErrorDefinition> expected, string? source, ProtectionRequest? protection = null)
    {
        var observer = new RecordingObserver();
        var error = await FailsAsync(expected, () => Engine.BackupAsync(BackupOf(source, protection), observer, Cancel));
        Assert.Empty(FilesInPlace());
        return error;
    }

    private async Task WithRoleAsync(string grants, Func<Task> run)
    {
        await Server.SqlAsync("live", "CREATE ROLE limited LOGIN;" + grants);
        try
        {
            await run();
        }
        finally
        {
            await Server.DropAllAsync();
            await Server.SqlAsync("postgres", "DROP ROLE limited");
        }
    }

    private async Task ReplaceProgramsAsync(string body)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "bin")).FullName;
        foreach (var program in new[] { "pg_dump", "pg_dumpall", "psql" })
        {
            var real = Programs.ServerPrograms is { } programs ? Path.Combine(programs, program) : program;
            await ShellProgram.WriteAsync(Path.Combine(folder, program), program == "pg_dump" ? $"REAL='{real}'\n{body}" : $"exec '{real}' \"$@\"");
        }

        SetVariable("MINA_PG_BIN", folder);
    }
}
