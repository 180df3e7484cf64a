using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Opens sessions on one target. Failures are <see cref="ServerException"/>s.</summary>
public sealed class PostgresConnector
{
    /// <summary>Name under which sessions show in <c>pg_stat_activity</c>.</summary>
    public const string ApplicationName = "mina-backup";

    // Sessions here carry whole tables.
    private const int BufferSize = 128 << 10;

    /// <summary>Creates a connector.</summary>
    public PostgresConnector(ConnectionTarget target) => Target = target;

    /// <summary>What it connects to.</summary>
    public ConnectionTarget Target { get; }

    /// <summary>Opens a session of its own, outside any pool.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var settings = Target.ToNpgsql();
        settings.ReadBufferSize = BufferSize;
        settings.WriteBufferSize = BufferSize;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw PostgresErrors.TranslateConnect(e, Target);
        }
    }

    /// <summary>Opens a session with <see cref="PinnedSettings"/>, its timeouts switched off.</summary>
    public async Task<NpgsqlConnection> OpenPinnedAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken);
        try
        {
            var statements = PinnedSettings.ForServer(connection.PostgreSqlVersion.Major)
                .Select(setting => $"SET {setting.Key} = {SqlText.Literal(setting.Value)}");
            await using var command = new NpgsqlCommand(string.Join(';', statements), connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw PostgresErrors.Translate(e, "preparing the session", Target.ToString());
        }
    }
}
