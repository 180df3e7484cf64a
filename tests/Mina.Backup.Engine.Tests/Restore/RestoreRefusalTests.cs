using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class RestoreRefusalTests(ClusterFixture clusters)
{
    [Fact]
    public async Task Logical_slots_are_named_and_followed_aside_only_by_force()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("SELECT pg_create_logical_replication_slot('refused_slot', 'test_decoding')");
        try
        {
            var error = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync());
            var forced = await scene.RestoreAsync(scene.Request with { Force = true });

            Assert.Equal("TargetHasLogicalSlots", error.ErrorId);
            Assert.Contains("refused_slot", error.Message, StringComparison.Ordinal);
            Assert.Equal(RestoreMethod.Swapped, forced.Method);
        }
        finally
        {
            await scene.Live.ExecuteAsync("SELECT pg_drop_replication_slot('refused_slot')");
        }
    }

    [Fact]
    public async Task Subscriptions_are_named()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("CREATE SUBSCRIPTION refused_sub CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false)");
        try
        {
            var error = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync());
            var inPlace = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(scene.Request with { InPlace = true, Force = true }));

            Assert.Equal("TargetHasSubscriptions", error.ErrorId);
            Assert.Contains("refused_sub", error.Message, StringComparison.Ordinal);
            Assert.Equal("InPlaceNotPossible", inPlace.ErrorId);
        }
        finally
        {
            await scene.Live.ExecuteAsync("ALTER SUBSCRIPTION refused_sub SET (slot_name = NONE)");
            await scene.Live.ExecuteAsync("DROP SUBSCRIPTION refused_sub");
        }
    }

    [Fact]
    public async Task Prepared_transactions_are_named_also_with_force()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("BEGIN; DELETE FROM public.notes; PREPARE TRANSACTION 'refused_xact'");
        try
        {
            var error = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(scene.Request with { Force = true }));

            Assert.Equal("TargetHasPreparedTransactions", error.ErrorId);
            Assert.Contains("refused_xact", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await scene.Live.ExecuteAsync("ROLLBACK PREPARED 'refused_xact'");
        }
    }

    [Fact]
    public async Task In_place_goes_on_beside_prepared_transactions_when_forced()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await scene.Live.ExecuteAsync("BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'harmless_xact'");
        try
        {
            var error = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(scene.Request with { InPlace = true }));
            var forced = await scene.RestoreAsync(scene.Request with { InPlace = true, Force = true });

            Assert.Equal("TargetHasPreparedTransactions", error.ErrorId);
            Assert.Contains("-Force", error.RecommendedAction, StringComparison.Ordinal);
            Assert.DoesNotContain("renames", error.RecommendedAction, StringComparison.Ordinal);
            Assert.Equal(RestoreMethod.InPlace, forced.Method);
        }
        finally
        {
            await scene.Live.ExecuteAsync("ROLLBACK PREPARED 'harmless_xact'");
        }
    }

    [Theory]
    [InlineData("template0")]
    [InlineData("template1")]
    [InlineData(null)]
    public async Task Databases_that_the_server_needs_are_never_a_target_unless_named(string? target)
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var before = await scene.ScalarAsync<string>("postgres", "SELECT string_agg(datname || oid, ' ' ORDER BY oid) FROM pg_database");
        foreach (var inPlace in new[] { false, true })
        {
            var error = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(scene.Request with
            {
                Database = scene.Live.Target.WithDatabase("postgres").ToUri(),
                TargetDatabase = target,
                InPlace = inPlace,
                Force = true,
            }));

            Assert.Equal("TargetReserved", error.ErrorId);
            Assert.Contains(target ?? "postgres", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await scene.ScalarAsync<string>("postgres", "SELECT string_agg(datname || oid, ' ' ORDER BY oid) FROM pg_database"));
    }

    [Fact]
    public async Task A_name_that_PostgreSQL_would_cut_is_refused()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => scene.RestoreAsync(scene.Request with { TargetDatabase = new string('ä', 32) }));

        Assert.Equal("DatabaseNameTooLong", error.ErrorId);
        Assert.Contains("64 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hostile_dump_is_refused_before_anything_runs()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var witness = Path.Combine(scene.Machine.Root, "witness");
        var path = await ScriptDump.WriteAsync(
            scene.Live.Target,
            scene.Machine.BackupDirectory,
            text => text.Replace("\nCREATE TABLE", $"\n\\! touch {witness}\nCREATE TABLE", StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<IntegrityException>(() => scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path) }));

        Assert.Equal("HostileScript", error.ErrorId);
        Assert.False(File.Exists(witness));
        Assert.Empty(await scene.OthersAsync());
    }

    [Fact]
    public async Task A_dump_that_reaches_for_another_database_is_refused_before_anything_runs()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        await using var other = await clusters.CreateDatabaseAsync();
        var path = await ScriptDump.WriteAsync(
            scene.Live.Target,
            scene.Machine.BackupDirectory,
            text => text.Replace("-- PostgreSQL database dump complete", $"BEGIN; ROLLBACK; COMMIT; drop database {other.Name};\n--\n-- PostgreSQL database dump complete", StringComparison.Ordinal));

        foreach (var inPlace in new[] { false, true })
        {
            var error = await Assert.ThrowsAsync<IntegrityException>(
                () => scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path), InPlace = inPlace, Force = true }));
            Assert.Equal("HostileScript", error.ErrorId);
        }

        Assert.Equal(1, await other.ScalarAsync<int>("SELECT 1"));
        Assert.Equal(5000, await scene.NotesAsync());
    }

    [Theory]
    [InlineData("--create")]
    [InlineData("--clean")]
    [InlineData("--clean", "--create")]
    public async Task A_dump_made_with_options_that_cannot_be_followed_says_so(params string[] options)
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var path = await ScriptDump.WriteAsync(scene.Live.Target, scene.Machine.BackupDirectory, null, options);

        var error = await Assert.ThrowsAsync<IntegrityException>(() => scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path) }));

        Assert.Equal("DumpNotRestorable", error.ErrorId);
        Assert.Contains(options[^1], error.Message, StringComparison.Ordinal);
        Assert.Contains("again without", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dump_that_drops_only_what_exists_is_restored()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var path = await ScriptDump.WriteAsync(scene.Live.Target, scene.Machine.BackupDirectory, null, "--clean", "--if-exists");

        var result = await scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path) });

        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
    }

    [Fact]
    public async Task A_statement_that_fails_leaves_the_live_database_serving_and_no_copy()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        var path = await ScriptDump.WriteAsync(
            scene.Live.Target,
            scene.Machine.BackupDirectory,
            text => text.Replace("ALTER TABLE ONLY public.notes\n    ADD CONSTRAINT", "ALTER TABLE ONLY public.no_such\n    ADD CONSTRAINT", StringComparison.Ordinal));

        var swap = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path) }));
        var inPlace = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path), InPlace = true }));

        Assert.All([swap, inPlace], error => Assert.Equal(("ScriptFailed", "42P01"), (error.ErrorId, error.SqlState)));
        Assert.Equal(5000, await scene.NotesAsync());
        Assert.Empty(await scene.OthersAsync());
    }

    [Fact]
    public async Task A_copy_that_differs_never_takes_the_live_databases_place()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);
        // The dump is whole, but a trigger that it makes before the rows keeps one out.
        var path = await ScriptDump.WriteAsync(
            scene.Live.Target,
            scene.Machine.BackupDirectory,
            text => text.Replace(
                "COPY public.notes ",
                """
                CREATE FUNCTION public.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                CREATE TRIGGER skip BEFORE INSERT ON public.notes FOR EACH ROW WHEN (NEW.id = 1) EXECUTE FUNCTION public.skip();
                COPY public.notes 
                """,
                StringComparison.Ordinal));

        var swap = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path) }));
        var inPlace = await Assert.ThrowsAsync<RestoreException>(() => scene.RestoreAsync(scene.Request with { Backup = new BackupReference(path), InPlace = true }));

        Assert.All([swap, inPlace], error => Assert.Equal("CopyDiffers", error.ErrorId));
        Assert.Contains("public.notes", swap.Message, StringComparison.Ordinal);
        Assert.Equal(5000, await scene.NotesAsync());
        Assert.Empty(await scene.OthersAsync());
    }

    [Fact]
    public async Task A_canceled_restore_leaves_the_live_database_serving_and_no_copy()
    {
        foreach (var phase in new[] { "CreateCopy", "PreData", "Data", "PostData", "Prove" })
        {
            await using var scene = await RestoreScene.CreateAsync(clusters);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(RestoreScene.Token);
            var observer = new StageObserver(phase, stop.Cancel);

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.Engine.RestoreAsync(scene.Request, observer, stop.Token));

            Assert.Equal(5000, await scene.NotesAsync());
            Assert.Empty(await scene.OthersAsync());
        }
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_refused()
    {
        await using var scene = await RestoreScene.CreateAsync(clusters);

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => scene.RestoreAsync(scene.Request with { InPlace = true, DropOriginal = true }));

        Assert.Equal("OptionConflict", error.ErrorId);
    }
}
