using System.Net.Sockets;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Postgres;

public sealed class PostgresErrorsTests
{
    public static TheoryData<Exception, bool> Failures => new()
    {
        { new NpgsqlException("x", new IOException("y")), true },
        { new SocketException(1), true },
        { new IOException("x", new SocketException(1)), true },
        { new IOException("No space left on device"), false },
        { new FileNotFoundException("key.asc"), false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failure_of_this_machines_files_is_not_called_a_lost_connection(Exception failure, bool isServers)
    {
        Assert.Equal(isServers, PostgresErrors.IsServers(failure));
        Assert.Equal(isServers, PostgresErrors.Translate(failure, "working", "t").Definition == ErrorCatalog.ServerConnectionLost);
    }
}
