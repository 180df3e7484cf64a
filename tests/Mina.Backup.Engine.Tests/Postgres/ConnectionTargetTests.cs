using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Postgres;

public sealed class ConnectionTargetTests : IDisposable
{
    private readonly TestMachine machine = new();

    public void Dispose() => machine.Dispose();

    [Fact]
    public void A_uri_gives_all_its_parts_decoded()
    {
        var target = Parse("postgresql://me%40home:p%3Aw%2F@db.example:6543/my%20db?sslmode=require&channel_binding=require&options=-c%20work_mem%3D1MB");

        Assert.Equal(("me@home", "db.example", 6543, "my db"), (target.Username, target.Host, target.Port, target.Database));
        Assert.Equal("p:w/", target.Password!.Reveal());
        Assert.Equal(("require", "require", "-c work_mem=1MB"), (target.SslMode, target.ChannelBinding, target.Options));
        Assert.DoesNotContain("p:w/", target.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres:///db?host=%2Fvar%2Frun%2Fx&user=u", "/var/run/x", "db")]
    [InlineData("postgres://u@%2Fvar%2Frun%2Fx/db", "/var/run/x", "db")]
    [InlineData("postgres://u@[::1]:77/db", "::1", "db")]
    [InlineData("host=/s dbname='a b' user=u", "/s", "a b")]
    [InlineData("Host=h;Database=d;Username=u", "h", "d")]
    public void Every_way_of_writing_a_connection_is_understood(string text, string host, string database)
    {
        var target = Parse(text);

        Assert.Equal((host, database, "u"), (target.Host, target.Database, target.Username));
        Assert.Equal(target.ToString(), Parse(target.ToUri()).ToString());
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("postgres://u:hunter2@h:notaport/db")]
    [InlineData("postgres://u:hunter2@a,b/db")]
    [InlineData("postgres://u:hunter2%@h/db")]
    [InlineData("postgres://u:hunter2@h/db?nonsense=1")]
    [InlineData("Host=h;Password=hunter2;Port=hunter2")]
    [InlineData("Host=h;Nonsense=hunter2")]
    public void An_unreadable_text_is_an_error_that_does_not_quote_it(string text)
    {
        var error = Assert.Throws<ConfigurationException>(() => Parse(text));

        Assert.Equal("ConnectionStringInvalid", error.ErrorId);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_out_comes_from_the_environment_and_the_password_file()
    {
        var file = Path.Combine(machine.Root, "home", ".pgpass");
        File.WriteAllText(file, "# comment\nother:*:*:*:no\ndb\\:x:5433:*:me:s\\:cret\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        machine.Set("PGHOST", "db:x").Set("PGPORT", "5433").Set("PGUSER", "me").Set("APPDATA", machine.Root);
        var target = Parse("postgresql:///shop");

        Assert.Equal("s:cret", target.Password?.Reveal());
    }

    [Fact]
    public void A_password_file_that_cannot_be_read_is_left_aside()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a file whose reading fails.");
        var file = Path.Combine(machine.Root, "home", ".pgpass");
        File.CreateSymbolicLink(file, "/proc/self/mem");

        Assert.Null(Parse("postgresql://me@h/shop").Password);
    }

    [Fact]
    public void Root_certificates_of_the_system_demand_a_full_check()
    {
        var builder = Parse("postgresql://me@h/shop?sslrootcert=system").ToNpgsql();

        Assert.Equal(Npgsql.SslMode.VerifyFull, builder.SslMode);
        Assert.Null(builder.RootCertificate);
    }

    [Fact]
    public void Without_a_source_the_error_says_which_options_there_are()
    {
        var error = Assert.Throws<ConfigurationException>(() => ConnectionTarget.Resolve(null, machine.Environment, ErrorCatalog.SourceNotGiven));

        Assert.Equal("SourceNotGiven", error.ErrorId);
        Assert.Contains("DATABASE_URL", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Literals_and_names_survive_quotes_and_backslashes()
    {
        Assert.Equal("\"a\"\"b\"", SqlText.Identifier("a\"b"));
        Assert.Equal("'it''s'", SqlText.Literal("it's"));
        Assert.Equal(" E'a\\\\b'", SqlText.Literal("a\\b"));
    }

    private ConnectionTarget Parse(string text) => ConnectionTarget.Parse(text, machine.Environment);
}
