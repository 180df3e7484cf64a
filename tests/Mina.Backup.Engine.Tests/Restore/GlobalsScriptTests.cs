using System.Text;
using Mina.Backup.Engine.Restore;

namespace Mina.Backup.Engine.Tests.Restore;

public sealed class GlobalsScriptTests
{
    private const string Script = """
        SET default_transaction_read_only = off;
        CREATE ROLE app;
        ALTER ROLE app WITH NOSUPERUSER LOGIN PASSWORD 'SCRAM-SHA-256$4096:a;b==$c:d=';
        CREATE ROLE "Odd one";
        ALTER ROLE "Odd one" WITH NOLOGIN;
        CREATE ROLE postgres;
        ALTER ROLE postgres WITH SUPERUSER;
        COMMENT ON ROLE app IS 'the app';
        ALTER ROLE app SET work_mem TO '8MB';
        ALTER ROLE app IN DATABASE mina SET work_mem TO '8MB';
        GRANT "Odd one" TO app GRANTED BY postgres;
        GRANT pg_monitor TO postgres GRANTED BY postgres;
        CREATE TABLESPACE fast OWNER app LOCATION '/fast';
        GRANT ALL ON TABLESPACE fast TO app;
        GRANT SET ON PARAMETER log_min_duration_statement TO app;
        GRANT ALTER SYSTEM ON PARAMETER work_mem TO postgres;
        CREATE TABLESPACE slow OWNER postgres LOCATION '/slow';
        """;

    private static readonly GlobalsScript Globals = new(Encoding.UTF8.GetBytes(Script), serverMajor: 15);

    [Fact]
    public void It_knows_what_it_creates()
    {
        Assert.Equal(["app", "Odd one", "postgres"], Globals.Roles);
        Assert.Equal(["fast", "slow"], Globals.Tablespaces);
    }

    [Fact]
    public void Existing_roles_are_never_touched()
    {
        var sql = Globals.ForRoles(new HashSet<string> { "app" });

        Assert.Contains("CREATE ROLE app", sql, StringComparison.Ordinal);
        Assert.Contains("SCRAM-SHA-256", sql, StringComparison.Ordinal);
        Assert.Contains("the app", sql, StringComparison.Ordinal);
        Assert.Contains("GRANT \"Odd one\" TO app", sql, StringComparison.Ordinal);
        Assert.Contains("ALTER ROLE app SET work_mem", sql, StringComparison.Ordinal);
        Assert.Contains("GRANT SET ON PARAMETER log_min_duration_statement TO app", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("work_mem TO postgres", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("ROLE postgres", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("pg_monitor", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("CREATE ROLE \"Odd one\"", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("IN DATABASE", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("TABLESPACE", sql, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_before_15_gets_no_privileges_on_parameters()
    {
        var sql = new GlobalsScript(Encoding.UTF8.GetBytes(Script), serverMajor: 14).ForRoles(new HashSet<string> { "app" });

        Assert.Contains("CREATE ROLE app", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("PARAMETER", sql, StringComparison.Ordinal);
    }

    [Fact]
    public void A_role_brings_those_that_it_is_a_member_of_and_no_others()
    {
        var globals = new GlobalsScript(Encoding.UTF8.GetBytes(Script + """

            CREATE ROLE unrelated;
            ALTER ROLE unrelated WITH SUPERUSER;
            CREATE ROLE "deep";
            GRANT "deep" TO "Odd one" GRANTED BY granter;
            GRANT app TO unrelated GRANTED BY postgres;
            """), serverMajor: 15);

        Assert.Equal(["Odd one", "app", "deep", "granter", "pg_monitor", "postgres"], globals.Needed(["app"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_new_role_is_granted_to_new_roles_only()
    {
        var created = new HashSet<string> { "Odd one" };

        Assert.DoesNotContain("GRANT", Globals.ForRoles(created), StringComparison.Ordinal);
        Assert.Equal(["app in Odd one"], Globals.MembershipsLeftOut(created, null));
    }

    [Fact]
    public void Tablespaces_come_with_their_privileges()
    {
        var sql = Globals.ForTablespaces(new HashSet<string> { "fast" });

        Assert.Contains("CREATE TABLESPACE fast", sql, StringComparison.Ordinal);
        Assert.Contains("GRANT ALL ON TABLESPACE fast", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("slow", sql, StringComparison.Ordinal);
    }
}
