using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>Since PostgreSQL 17 an event trigger can fire with every login. A restored database has it before its rows are compared.</summary>
public sealed class LoginTriggerTests
{
    private const string WritesARow = """
        CREATE TABLE public.logins (who text, at timestamptz);
        CREATE FUNCTION public.note_login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.logins VALUES (session_user, now()); END $$;
        CREATE EVENT TRIGGER note_login ON login EXECUTE FUNCTION public.note_login();
        ALTER EVENT TRIGGER note_login ENABLE ALWAYS;
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_trigger_that_writes_with_every_login_does_not_change_the_copy(bool inPlace)
    {
        await using var clusters = new ClusterFixture(NewerServer.RequirePrograms());
        await using var scene = await RestoreScene.CreateAsync(clusters, WritesARow);
        await scene.Live.ExecuteAsync("DELETE FROM public.notes");

        var result = await scene.RestoreAsync(scene.Request with { InPlace = inPlace });

        Assert.Equal((CheckOutcome.Passed, ProofKind.Fingerprints), (result.Proof.Outcome, result.Proof.Kind));
        Assert.Equal(5000, await scene.NotesAsync());
        var before = await scene.Live.ScalarAsync<long>("SELECT count(*) FROM public.logins");
        Assert.Equal(before + 1, await scene.Live.ScalarAsync<long>("SELECT count(*) FROM public.logins"));
    }

    [Fact]
    public async Task A_trigger_that_refuses_the_login_does_not_keep_the_restore_out_of_its_copy()
    {
        await using var clusters = new ClusterFixture(NewerServer.RequirePrograms());
        await using var scene = await RestoreScene.CreateAsync(clusters, """
            CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN IF current_database() LIKE '%restore%' THEN RAISE 'Nobody comes in here.'; END IF; END $$;
            CREATE EVENT TRIGGER refuse ON login EXECUTE FUNCTION public.refuse();
            """);

        Assert.Equal(CheckOutcome.Passed, (await scene.RestoreAsync()).Proof.Outcome);
    }
}
