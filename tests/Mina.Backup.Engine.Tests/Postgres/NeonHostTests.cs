using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Postgres;

public sealed class NeonHostTests : IDisposable
{
    private readonly TestMachine machine = new();
    private readonly QuietObserver observer = new();

    public void Dispose() => machine.Dispose();

    [Fact]
    public void Neons_pooler_is_replaced_by_the_server_behind_it_and_any_other_refused()
    {
        var direct = Direct("postgresql://u:p@ep-cool-1-pooler.eu-central-1.aws.neon.tech/db");
        Assert.Equal("ep-cool-1.eu-central-1.aws.neon.tech", direct.Host);
        Assert.Contains("ep-cool-1.eu-central-1.aws.neon.tech is connected to instead", Assert.Single(observer.Details), StringComparison.Ordinal);

        Assert.Equal("ep-cool-1.eu.aws.neon.tech", Direct("Host=ep-cool-1.eu.aws.neon.tech;Username=u;Database=db").Host);
        Assert.Equal("db-pooler", Direct("postgresql://u@db-pooler2.example.com/db").Host[..9]);
        var refused = Assert.Throws<ServerException>(() => Direct("postgresql://u@db-pooler.example.com/db"));
        Assert.Equal("PoolerNotSupported", refused.ErrorId);
        Assert.Single(observer.Details);
    }

    [Theory]
    [InlineData("postgresql://u@ep-1.eu.aws.neon.tech/db", "require")]
    [InlineData("postgresql://u@ep-1.eu.aws.neon.tech/db?sslmode=prefer", "require")]
    [InlineData("postgresql://u@ep-1.eu.aws.neon.tech/db?sslmode=verify-full&sslrootcert=system", "verify-full")]
    [InlineData("Host=ep-1.eu.aws.neon.tech;Username=u;Database=db", "require")]
    [InlineData("postgresql://u@db.example.com/db", null)]
    public void Connections_to_Neon_are_encrypted(string text, string? mode)
    {
        var target = ConnectionTarget.Parse(text, machine.Environment);

        Assert.Equal(mode, target.SslMode);
        Assert.Equal(mode, target.ToEnvironment().GetValueOrDefault("PGSSLMODE"));
        Assert.Equal(mode is null ? Npgsql.SslMode.Prefer : mode == "require" ? Npgsql.SslMode.Require : Npgsql.SslMode.VerifyFull, target.ToNpgsql().SslMode);
    }

    [Fact]
    public void Connections_to_Neon_in_the_clear_are_refused() => Assert.Equal(
        "TlsRequired", Assert.Throws<ServerException>(() => ConnectionTarget.Parse("postgresql://u@ep-1.eu.aws.neon.tech/db?sslmode=disable", machine.Environment)).ErrorId);

    [Theory]
    [InlineData("ep-cool-1.eu-central-1.aws.neon.tech", "ep-cool-1-pooler.eu-central-1.aws.neon.tech")]
    [InlineData("ep-cool-1-pooler.eu-central-1.aws.neon.tech", null)]
    [InlineData("127.0.0.1", null)]
    public void The_pooler_of_a_server_has_its_name_with_a_suffix(string host, string? pooler) => Assert.Equal(pooler, NeonHost.Pooler(host));

    private ConnectionTarget Direct(string text) => PoolerDetection.ToDirectAddress(
        ConnectionTarget.Parse(text, machine.Environment), new RunContext(observer, new NoLog(), machine.Environment, TimeProvider.System));
}
