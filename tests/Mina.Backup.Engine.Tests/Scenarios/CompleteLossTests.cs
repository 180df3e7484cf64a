using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

public sealed class CompleteLossTests(ScenarioFixture fixture) : Scenario(fixture)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_empty_cluster_gets_back_roles_properties_and_content(bool encrypted)
    {
        await Server.CreateAsync("torture", "torture.sql");
        var before = Path.Combine(Folder, "before.sql");
        await DumpText.WriteAsync(Server, "torture", before, "--create", "--exclude-table-data=enum_hash.*");
        var backup = await BackupAsync("torture", encrypted ? Encrypted : Plain);
        await using var empty = await ScenarioServer.StartAsync();

        var missing = await FailsAsync(ErrorCatalog.RolesMissing, () => RestoreAsync(backup.Name, "torture", server: empty));
        Assert.All(["torture owner", "tört \"quoted\" röle", "torture.dotted", "torture_reader", "torture_granter"], role => Assert.Contains(role, missing.Message + missing.ServerDetail, StringComparison.Ordinal));
        Assert.DoesNotContain("torture", await empty.DatabasesAsync());
        var restored = await RestoreAsync(backup.Name, "torture", request => request with { RestoreGlobals = true }, empty);

        Assert.Equal(RestoreMethod.Created, restored.Method);
        Assert.Null(restored.SetAsideDatabase);
        Assert.Equal(5, restored.CreatedGlobals.Count);
        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
        var after = Path.Combine(Folder, "after.sql");
        await DumpText.WriteAsync(empty, "torture", after, "--create", "--exclude-table-data=enum_hash.*");
        await DumpText.AssertSameAsync(before, after);
        Assert.Equal(await RolesAsync(Server), await RolesAsync(empty));
        const string Verifier = "SELECT rolpassword FROM pg_authid WHERE rolname = 'torture_reader'";
        Assert.Equal(encrypted ? await Server.SqlAsync("postgres", Verifier) : string.Empty, await empty.SqlAsync("postgres", Verifier));
    }

    [Fact]
    public async Task Without_roles_a_restore_without_owners_and_privileges_works()
    {
        await Server.CreateAsync("torture", "torture.sql");
        var backup = await BackupAsync("torture");
        await using var empty = await ScenarioServer.StartAsync();

        // A policy names a role, and a row holds one as its value, so these must exist whatever is left out.
        await empty.SqlAsync("postgres", "CREATE ROLE \"tört \"\"quoted\"\" röle\"; CREATE ROLE torture_reader");
        var restored = await RestoreAsync(backup.Name, "torture", request => request with { NoOwner = true, NoPrivileges = true }, empty);

        Assert.Equal(CheckOutcome.Passed, restored.Proof.Outcome);
        Assert.Equal("postgres", await empty.SqlAsync("torture", "SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname = 'torture'"));
    }

    private static Task<string> RolesAsync(ScenarioServer server) =>
        server.SqlAsync("postgres", """
            SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit, rolbypassrls, shobj_description(r.oid, 'pg_authid'),
                (SELECT array_agg(roleid::regrole::text || ' ' || admin_option::text ORDER BY roleid::regrole::text) FROM pg_auth_members WHERE member = r.oid)
            FROM pg_roles r WHERE rolname ~ '^t(ort|ört)' ORDER BY rolname COLLATE "C"
            """);
}
