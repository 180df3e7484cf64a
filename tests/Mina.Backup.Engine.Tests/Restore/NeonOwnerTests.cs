using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>
/// Backup and restore by a role such as Neon gives: CREATEDB, CREATEROLE, member of a role that reads and writes everything, and no superuser. The superuser of the cluster is the
/// provider, who has set default privileges of his own in every database.
/// </summary>
public sealed class NeonOwnerTests : IAsyncLifetime
{
    private const string Owner = "neondb_owner";
    private const string Passphrase = "correct horse";

    private readonly TestMachine machine = new TestMachine().Set("GPG_BACKUP_PASSPHRASE", Passphrase);
    private readonly List<EphemeralCluster> projects = [];
    private EphemeralCluster source = null!;

    private BackupEngine Engine => new(machine.Environment, TimeProvider.System);

    private QuietObserver Observer { get; } = new();

    public async ValueTask InitializeAsync()
    {
        source = await StartProjectAsync();
        await RunAsync(
            As(source),
            "CREATE ROLE app LOGIN PASSWORD 'a'",
            "CREATE ROLE readers",
            "GRANT readers TO app",
            $"GRANT app TO {Owner}",
            "CREATE EXTENSION pgcrypto",
            "COMMENT ON EXTENSION pgcrypto IS 'mine'",
            "CREATE TABLE notes (id serial PRIMARY KEY, body text, secret bytea DEFAULT digest('x', 'sha256'))",
            "INSERT INTO notes (body) SELECT 'note ' || g FROM generate_series(1, 300) g",
            "CREATE SCHEMA shop AUTHORIZATION app",
            "CREATE TABLE shop.orders (id int PRIMARY KEY, note int REFERENCES notes)",
            "INSERT INTO shop.orders SELECT g, g FROM generate_series(1, 50) g",
            "ALTER TABLE shop.orders OWNER TO app",
            "GRANT SELECT ON notes TO readers");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var project in projects)
        {
            await project.DisposeAsync();
        }

        machine.Dispose();
    }

    [Fact]
    public async Task A_database_is_backed_up_and_swapped_back()
    {
        var backup = await BackUpAsync();
        await RunAsync(As(source), "DELETE FROM shop.orders", "DELETE FROM notes");
        var result = await RestoreAsync(backup, source, request => request);

        Assert.Equal((RestoreMethod.Swapped, CheckOutcome.Passed), (result.Method, result.Proof.Outcome));
        await AssertContentAsync(source);
        Assert.Equal("mine", await ValueAsync(Admin(source), "SELECT obj_description(oid) FROM pg_extension WHERE extname = 'pgcrypto'"));
        Assert.Contains(result.Notes, note => note.Contains("Default privileges that the role postgres has set were left out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_others_hold_the_database_it_is_replaced_in_place()
    {
        var backup = await BackUpAsync();
        await RunAsync(As(source), "DELETE FROM shop.orders");
        await using (var monitor = await new PostgresConnector(Admin(source)).OpenAsync(RestoreScene.Token))
        {
            var held = await Assert.ThrowsAsync<RestoreException>(() => RestoreAsync(backup, source, request => request));
            Assert.Equal("SwapFailed", held.ErrorId);
            Assert.Contains("postgres (pid", held.RecommendedAction, StringComparison.Ordinal);
            Assert.Contains("-InPlace", held.RecommendedAction, StringComparison.Ordinal);

            var result = await RestoreAsync(backup, source, request => request with { InPlace = true });
            Assert.Equal((RestoreMethod.InPlace, CheckOutcome.Passed), (result.Method, result.Proof.Outcome));
        }

        await AssertContentAsync(source);
    }

    [Fact]
    public async Task A_new_empty_project_gets_the_roles_without_passwords_and_everything_else()
    {
        var backup = await BackUpAsync();
        var target = await StartProjectAsync();
        var refused = await Assert.ThrowsAsync<RestoreException>(() => RestoreAsync(backup, target, request => request));
        Assert.Equal("RolesMissing", refused.ErrorId);
        var result = await RestoreAsync(backup, target, request => request with { RestoreGlobals = true });

        Assert.Equal((CheckOutcome.Passed, RestoreMethod.Swapped), (result.Proof.Outcome, result.Method));
        Assert.Equal(["app", "readers"], result.CreatedGlobals);
        await AssertContentAsync(target);
        Assert.Equal("t,t,t", await ValueAsync(Admin(target), "SELECT concat_ws(',', rolcanlogin, rolpassword IS NULL, pg_has_role('app', 'readers', 'MEMBER')) FROM pg_authid WHERE rolname = 'app'"));
        Assert.Contains(result.Notes, note => note.Contains($"{Owner} became a member of the new roles: app, readers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_owner_as_whom_the_role_may_not_act_is_named_with_the_way_out()
    {
        var backup = await BackUpAsync();
        var target = await StartProjectAsync();
        await RunAsync(Admin(target), "CREATE ROLE app", "CREATE ROLE readers");
        var refused = await Assert.ThrowsAsync<RestoreException>(() => RestoreAsync(backup, target, request => request));
        Assert.Equal(("ScriptFailed", "42501"), (refused.ErrorId, refused.SqlState));
        Assert.Contains("\"app\"", refused.Message, StringComparison.Ordinal);
        Assert.Contains("-NoOwner", refused.RecommendedAction, StringComparison.Ordinal);

        var result = await RestoreAsync(backup, target, request => request with { NoOwner = true });
        Assert.Equal(CheckOutcome.Passed, result.Proof.Outcome);
        Assert.Equal(Owner, await ValueAsync(Admin(target), "SELECT relowner::regrole::text FROM pg_class WHERE relname = 'orders'"));
    }

    [Fact]
    public void What_only_superusers_may_say_of_roles_is_left_out_and_noted_where_it_meant_something()
    {
        var script = new PlainRoles(
            [
                "CREATE ROLE app;\n",
                "ALTER ROLE app WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS PASSWORD 'WITH SUPERUSER' VALID UNTIL '2030-01-01';\n",
                "ALTER ROLE \"a WITH SUPERUSER\" WITH SUPERUSER INHERIT NOLOGIN REPLICATION;\n",
            ],
            ["GRANT readers TO app GRANTED BY postgres;\n", "GRANT \"GRANTED BY x\" TO app WITH INHERIT TRUE GRANTED BY \"the admin\";\n"]);

        Assert.Equal(
            "CREATE ROLE app;\nALTER ROLE app WITH INHERIT NOCREATEROLE NOCREATEDB LOGIN PASSWORD 'WITH SUPERUSER' VALID UNTIL '2030-01-01';\nALTER ROLE \"a WITH SUPERUSER\" WITH INHERIT NOLOGIN;\n",
            script.Definitions);
        Assert.Equal(["GRANT readers TO app;\n", "GRANT \"GRANTED BY x\" TO app WITH INHERIT TRUE;\n"], script.Grants);
        Assert.Equal(
            ["SUPERUSER of the role \"a WITH SUPERUSER\"", "REPLICATION of the role \"a WITH SUPERUSER\""],
            script.Notes.Select(note => note["Only a superuser may give this, so it was left out: ".Length..^1]));
    }

    private static ConnectionTarget Admin(EphemeralCluster project) => project.Target.WithDatabase("neondb");

    private static ConnectionTarget As(EphemeralCluster project) => Admin(project) with { Username = Owner, Password = new Secret("p") };

    private async Task<EphemeralCluster> StartProjectAsync()
    {
        var project = await EphemeralCluster.StartAsync(new EphemeralClusterOptions(), HostEnvironment.Current(), RestoreScene.Token);
        projects.Add(project);
        await RunAsync(
            project.Target,
            "CREATE ROLE neon_superuser NOLOGIN CREATEDB CREATEROLE BYPASSRLS",
            "GRANT pg_read_all_data, pg_write_all_data TO neon_superuser",
            $"CREATE ROLE {Owner} LOGIN CREATEDB CREATEROLE PASSWORD 'p' IN ROLE neon_superuser",
            $"CREATE DATABASE neondb OWNER {Owner}");
        await RunAsync(Admin(project), "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT ALL ON TABLES TO neon_superuser WITH GRANT OPTION");
        return project;
    }

    private Task<BackupResult> BackUpAsync() =>
        Engine.BackupAsync(new BackupRequest { Database = As(source).ToUri(), Location = machine.BackupDirectory }, Observer, RestoreScene.Token);

    private Task<RestoreResult> RestoreAsync(BackupResult backup, EphemeralCluster project, Func<RestoreRequest, RestoreRequest> change) => Engine.RestoreAsync(
        change(new RestoreRequest { Backup = new BackupReference(backup.Name, machine.BackupDirectory), Database = As(project).ToUri(), SkipSafetyBackup = true }), Observer, RestoreScene.Token);

    private static async Task AssertContentAsync(EphemeralCluster project)
    {
        Assert.Equal("300,50", await ValueAsync(Admin(project), "SELECT (SELECT count(*) FROM notes) || ',' || (SELECT count(*) FROM shop.orders)"));
        Assert.Equal($"app,{Owner},{Owner}", await ValueAsync(
            Admin(project),
            "SELECT concat_ws(',', (SELECT relowner::regrole FROM pg_class WHERE relname = 'orders'), (SELECT relowner::regrole FROM pg_class WHERE relname = 'notes'), (SELECT datdba::regrole FROM pg_database WHERE datname = 'neondb'))"));
        Assert.Equal("True", await ValueAsync(Admin(project), "SELECT has_table_privilege('readers', 'notes', 'SELECT')"));
    }

    private static async Task RunAsync(ConnectionTarget target, params string[] statements)
    {
        await using var connection = await new PostgresConnector(target).OpenAsync(RestoreScene.Token);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(RestoreScene.Token);
        }
    }

    private static async Task<string?> ValueAsync(ConnectionTarget target, string sql)
    {
        await using var connection = await new PostgresConnector(target).OpenAsync(RestoreScene.Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(RestoreScene.Token), System.Globalization.CultureInfo.InvariantCulture);
    }
}
