using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>A session that runs statements of the post-data section, each under the settings that the dump has set before it.</summary>
internal sealed class PostDataSession : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly string backup;
    private int settings;

    public PostDataSession(NpgsqlConnection connection, string backup)
    {
        this.connection = connection;
        this.backup = backup;
    }

    /// <summary>Runs a statement; <c>ScriptFailed</c> and others as the server says.</summary>
    public async Task RunAsync(PostDataTask task, CancellationToken cancellationToken)
    {
        try
        {
            // Statements come in the order of the dump or later, but primary keys come earlier: their settings are then applied again.
            var from = Math.Min(settings, task.Settings.Count);
            foreach (var setting in settings > task.Settings.Count ? task.Settings : task.Settings.Skip(from))
            {
                await TargetServer.ExecuteAsync(connection, setting, cancellationToken);
            }

            settings = task.Settings.Count;
            await TargetServer.ExecuteAsync(connection, task.Step.Sql, cancellationToken);
        }
        catch (PostgresException problem)
        {
            throw PsqlFailure.Of(problem).ToException(backup, problem);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
