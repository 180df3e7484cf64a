using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Npgsql;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>A database of one test.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private TestDatabase(ConnectionTarget target) => Target = target;

    /// <summary>The superuser on this database.</summary>
    public ConnectionTarget Target { get; }

    /// <summary>The same as a connection URI, password included.</summary>
    public string Uri => Target.ToUri();

    /// <summary>Name of the database.</summary>
    public string Name => Target.Database;

    /// <summary>Creates a database on a server.</summary>
    public static async Task<TestDatabase> CreateAsync(ConnectionTarget server, string name, string template = "template0")
    {
        await using var connection = await new PostgresConnector(server).OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {SqlText.Identifier(name)} TEMPLATE {SqlText.Identifier(template)}", connection);
        await command.ExecuteNonQueryAsync();
        return new TestDatabase(server.WithDatabase(name));
    }

    /// <summary>This database as another role without password rights of its own: for sockets that trust, or with the password given.</summary>
    public ConnectionTarget As(string role, string password) =>
        Target with { Username = role, Password = new Secret(password) };

    /// <summary>Opens a session.</summary>
    public Task<NpgsqlConnection> OpenAsync() => new PostgresConnector(Target).OpenAsync(TestContext.Current.CancellationToken);

    /// <summary>Runs statements.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a query and returns its first value.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await using var connection = await new PostgresConnector(Target.WithDatabase("postgres")).OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand($"DROP DATABASE IF EXISTS {SqlText.Identifier(Name)} WITH (FORCE)", connection);
        await command.ExecuteNonQueryAsync();
    }
}
