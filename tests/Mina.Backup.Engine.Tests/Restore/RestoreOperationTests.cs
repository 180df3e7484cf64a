using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Container;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class RestoreOperationTests(ClusterFixture clusters)
{
    [Fact]
    public async Task A_restore_puts_the_proven_copy_into_the_live_databases_place()
    {
        await using var scene = await RestoreScene.CreateAsync(
            clusters,
            "COMMENT ON DATABASE {db} IS 'live''s own'; ALTER DATABASE {db} SET search_path TO 'public', 'a b'; ALTER DATABASE {db} CONNECTION LIMIT 77; REVOKE ALL ON DATABASE {db} FROM PUBLIC; ALTER ROLE postgres IN DATABASE {db} SET work_mem TO '9MB'");
        await scene.Live.ExecuteAsync("DELETE FROM public.notes; UPDATE public.users SET name = 'lost'");

        var result = await scene.RestoreAsync();

        Assert.Equal(RestoreMethod.Swapped, result.Method);
        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        Assert.Equal(ProofKind.Fingerprints, result.Proof.Kind);
        Assert.Equal(scene.Backup.Rows, result.Rows);
        Assert.Equal(1, result.Proof.LargeObjects);
        Assert.Equal(5000, await scene.NotesAsync());
        Assert.Equal(5000, await scene.Live.ScalarAsync<long>("SELECT n FROM public.counted"));
        Assert.Equal([result.SetAsideDatabase!], await scene.OthersAsync());
        Assert.Equal("live's own", await scene.Live.ScalarAsync<string>("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"));
        Assert.Equal("public, \"a b\"", await scene.Live.ScalarAsync<string>("SHOW search_path"));
        Assert.Equal("9MB", await scene.Live.ScalarAsync<string>("SHOW work_mem"));
        Assert.Equal(77, await scene.Live.ScalarAsync<int>("SELECT datconnlimit FROM pg_database WHERE datname = current_database()"));
        Assert.False(await scene.Live.ScalarAsync<bool>("SELECT has_database_privilege('pg_monitor', current_database(), 'CONNECT')"));
        Assert.Contains(result.Notes, note => note.Contains(result.SetAsideDatabase!, StringComparison.Ordinal));
        Assert.Equal(["VerifyBackup", "SafetyBackup", "CreateCopy", "PreData", "Data", "PostData", "Analyze", "Prove", "Swap"], result.Phases.Select(phase => phase.Phase));
    }

    [Fact]
    public async Task A_missing_target_is_created_with_the_properties_of_the_original()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters, "COMMENT ON DATABASE {db} IS 'the original'");
        var name = scene.Live.Name + "_restored";

        var result = await scene.RestoreAsync(scene.Request with { TargetDatabase = name });

        Assert.Equal(RestoreMethod.Created, result.Method);
        Assert.Null(result.SetAsideDatabase);
        Assert.Null(result.SafetyBackup);
        Assert.Equal(5000, await scene.ScalarAsync<long>(name, "SELECT count(*) FROM public.notes"));
        Assert.Equal("the original", await scene.ScalarAsync<string>(name, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"));
    }

    [Fact]
    public async Task A_live_database_that_lets_no_client_in_stays_closed()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var admin = scene.Live.Target.WithDatabase("postgres").ToUri();
        await scene.ExecuteAsync("postgres", $"ALTER DATABASE {scene.Live.Name} ALLOW_CONNECTIONS false");
        try
        {
            var result = await scene.RestoreAsync(scene.Request with { Database = admin, TargetDatabase = scene.Live.Name });

            Assert.Equal(RestoreMethod.Swapped, result.Method);
            Assert.False(await scene.ScalarAsync<bool>("postgres", $"SELECT bool_or(datallowconn) FROM pg_database WHERE datname IN ('{scene.Live.Name}', '{result.SetAsideDatabase}')"));
        }
        finally
        {
            await scene.ExecuteAsync("postgres", $"ALTER DATABASE {scene.Live.Name} ALLOW_CONNECTIONS true");
        }
    }

    [Fact]
    public async Task A_dump_of_inserts_is_restored_but_never_counts_as_proven()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var path = await ScriptDump.WriteAsync(scene.Live.Target, scene.Machine.BackupDirectory, null, "--inserts");
        await scene.Live.ExecuteAsync("DELETE FROM public.notes");

        var result = await scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path), DropOriginal = true });

        Assert.Equal(CheckOutcome.NotChecked, result.Proof.Outcome);
        Assert.Equal(5000, await scene.NotesAsync());
        Assert.Contains(scene.Observer.Warnings, warning => warning.Contains("not compared", StringComparison.Ordinal));
        Assert.Contains(result.Notes, note => note.Contains("not compared", StringComparison.Ordinal));
        Assert.Equal([result.SetAsideDatabase!], await scene.OthersAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_or_damaged_companion_matters_to_RestoreGlobals_alone(bool lost)
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var companion = Path.Combine(scene.Machine.BackupDirectory, scene.Backup.GlobalsFileName!);
        if (lost)
        {
            File.Delete(companion);
        }
        else
        {
            File.WriteAllBytes(companion, File.ReadAllBytes(companion)[..^20]);
        }

        var error = await Assert.ThrowsAsync<IntegrityException>(() => scene.RestoreAsync(scene.Request with { RestoreGlobals = true }));
        await scene.Live.ExecuteAsync("DELETE FROM public.notes");
        var result = await scene.RestoreAsync();

        Assert.Contains("without -RestoreGlobals", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        Assert.Equal(5000, await scene.NotesAsync());
        Assert.Contains(scene.Observer.Warnings, warning => warning.Contains("companion", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_original_goes_on_request()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);

        var result = await scene.RestoreAsync(scene.Request with { DropOriginal = true });

        Assert.Null(result.SetAsideDatabase);
        Assert.Empty(await scene.OthersAsync());
    }

    [Fact]
    public async Task An_encrypted_backup_is_preceded_by_an_encrypted_safety_backup()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters, passphrase: "correct horse");

        var result = await scene.RestoreAsync(scene.Request with { SkipSafetyBackup = false });

        Assert.Equal(BackupEncryption.Passphrase, result.SafetyBackup!.Encryption);
        Assert.StartsWith(scene.Machine.Environment.EncryptedBackupDirectory, result.SafetyBackup.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipients_private_key_opens_the_backup_and_protects_the_safety_backup()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        using var lab = new ContainerLab();
        var (publicFile, secretFile) = await lab.MakeKeyAsync("rsa2048", "rsa2048");
        var backup = await scene.Engine.BackupAsync(
            new BackupRequest { Database = scene.Live.Uri, Location = scene.Machine.BackupDirectory, Protection = new ProtectionRequest { RecipientFile = publicFile } },
            scene.Observer,
            RestoreScene.Token);

        var result = await scene.RestoreAsync(scene.Request with
        {
            Backup = new BackupReference(backup.Name, backup.Location),
            Keys = new KeyRequest { PrivateKeyFile = secretFile, PrivateKeyPassphrase = new Secret(ContainerLab.Passphrase) },
            SkipSafetyBackup = false,
        });

        Assert.Equal(BackupEncryption.Recipient, result.SafetyBackup!.Encryption);
    }

    [Fact]
    public async Task A_failed_safety_backup_stops_the_restore_and_names_the_way_around()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var file = Path.Combine(scene.Machine.Root, "file");
        await File.WriteAllTextAsync(file, "in the way", RestoreScene.Token);

        var error = await Assert.ThrowsAsync<RestoreException>(
            () => scene.RestoreAsync(scene.Request with { SkipSafetyBackup = false, SafetyLocation = Path.Combine(file, "below") }));

        Assert.Equal("SafetyBackupFailed", error.ErrorId);
        Assert.Contains("-SkipSafetyBackup", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(await scene.OthersAsync());
    }

    [Fact]
    public async Task In_place_the_content_is_replaced_within_one_transaction()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("DROP TABLE public.notes CASCADE; CREATE SCHEMA later; CREATE TABLE later.t (a int); SELECT lo_unlink(70001)");

        var result = await scene.RestoreAsync(scene.Request with { InPlace = true });

        Assert.Equal(RestoreMethod.InPlace, result.Method);
        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        Assert.Equal(1, result.Proof.LargeObjects);
        Assert.Equal(5000, await scene.NotesAsync());
        Assert.False(await scene.Live.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'later')"));
        Assert.Empty(await scene.OthersAsync());
    }

    [Fact]
    public async Task A_role_without_createdb_is_told_of_in_place()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync($"CREATE ROLE inplace_owner LOGIN PASSWORD 'p'; ALTER DATABASE {scene.Live.Name} OWNER TO inplace_owner");
        var request = scene.Request with { Database = scene.Live.As("inplace_owner", "p").ToUri(), NoOwner = true };
        try
        {
            var error = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(request));

            Assert.Equal("TargetNotCreatable", error.ErrorId);
            Assert.Contains("-InPlace", error.RecommendedAction, StringComparison.Ordinal);
        }
        finally
        {
            await scene.Live.ExecuteAsync($"ALTER DATABASE {scene.Live.Name} OWNER TO postgres; DROP OWNED BY inplace_owner; DROP ROLE inplace_owner");
        }
    }

    [Fact]
    public async Task A_plain_dump_of_other_scripts_is_restored_and_proven_by_its_counts()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var path = await ScriptDump.WriteAsync(scene.Live.Target, scene.Machine.BackupDirectory);
        await scene.Live.ExecuteAsync("DELETE FROM public.notes");

        var result = await scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path) });

        Assert.Equal(ProofKind.RowCounts, result.Proof.Kind);
        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        Assert.Equal(5000, await scene.NotesAsync());
    }

    [Fact]
    public async Task A_plain_dump_is_restored_in_place_too()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var path = await ScriptDump.WriteAsync(scene.Live.Target, scene.Machine.BackupDirectory);
        await scene.Live.ExecuteAsync("DELETE FROM public.notes");

        var result = await scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path), InPlace = true });

        Assert.Equal(ProofKind.RowCounts, result.Proof.Kind);
        Assert.Equal(5000, await scene.NotesAsync());
    }

    [Fact]
    public async Task Dropping_first_needs_a_safety_backup_on_another_disk()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var server = await clusters.ClusterAsync();

        var skipped = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(scene.Request with { DropFirst = true }));
        var sameDisk = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(
            scene.Request with { DropFirst = true, SkipSafetyBackup = false, SafetyLocation = Path.Combine(Path.GetDirectoryName(server.DataDirectory)!, "backups") }));

        Assert.Equal("SafetyBackupNotSafe", skipped.ErrorId);
        Assert.Equal("SafetyBackupNotSafe", sameDisk.ErrorId);
        Assert.Equal(5000, await scene.NotesAsync());
    }

    [Fact]
    public async Task Without_owner_and_privileges_missing_roles_do_not_matter()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters, "CREATE ROLE gone_later; ALTER TABLE public.users OWNER TO gone_later; GRANT SELECT ON public.notes TO gone_later");
        await scene.Live.ExecuteAsync("DROP OWNED BY gone_later CASCADE; DROP ROLE gone_later");

        var error = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync());
        var result = await scene.RestoreAsync(scene.Request with { NoOwner = true, NoPrivileges = true });

        Assert.Equal("RolesMissing", error.ErrorId);
        Assert.Contains("gone_later", error.Message, StringComparison.Ordinal);
        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        Assert.Equal("postgres", await scene.Live.ScalarAsync<string>("SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = 'public.users'::regclass"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Data_that_the_backup_left_out_is_not_compared_and_said_to_be_so(bool inPlace)
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var backup = await scene.Engine.BackupAsync(
            new BackupRequest
            {
                Database = scene.Live.Uri,
                Location = scene.Machine.BackupDirectory,
                Protection = new ProtectionRequest { NoEncryption = true },
                ExcludeTableData = ["public.notes"],
            },
            scene.Observer,
            RestoreScene.Token);

        var result = await scene.RestoreAsync(scene.Request with { Backup = new BackupReference(backup.Name, backup.Location), InPlace = inPlace });

        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        var left = Assert.Single(result.Proof.Tables, table => table.Outcome == CheckOutcome.NotChecked);
        Assert.Equal("public.notes", left.Table);
        Assert.Equal(0, await scene.NotesAsync());
        Assert.Equal(2000, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM public.users"));
    }

    [Fact]
    public async Task Missing_roles_come_from_the_companion_on_request()
    {
        await using var scene = await RestoreScene.CreateAsync(
            clusters,
            "CREATE ROLE come_back LOGIN PASSWORD 'secret'; ALTER TABLE public.users OWNER TO come_back; GRANT SET ON PARAMETER log_statement TO come_back; CREATE ROLE other_super SUPERUSER LOGIN");
        await scene.Live.ExecuteAsync("DROP OWNED BY come_back CASCADE; DROP ROLE come_back; DROP ROLE other_super");

        var result = await scene.RestoreAsync(scene.Request with { RestoreGlobals = true });

        Assert.Equal(["come_back"], result.CreatedGlobals);
        Assert.Equal("come_back", await scene.Live.ScalarAsync<string>("SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = 'public.users'::regclass"));
        Assert.True(await scene.Live.ScalarAsync<bool>("SELECT has_parameter_privilege('come_back', 'log_statement', 'SET')"));
        await scene.Live.ExecuteAsync("DROP OWNED BY come_back CASCADE; DROP ROLE come_back");
    }
}
