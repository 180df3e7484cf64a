using Npgsql;

namespace Mina.Backup.Engine.Wal;

/// <summary>A server's settings: what it works with, and what <c>ALTER SYSTEM</c> has written down.</summary>
internal sealed class ServerSettings
{
    private readonly Dictionary<string, (string Value, string Context, string Source)> effective = [];
    private readonly Dictionary<string, string> configured = [];

    private ServerSettings()
    {
    }

    /// <summary>Asks the server. Reading what is written down needs a superuser, as setting it does.</summary>
    public static async Task<ServerSettings> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var settings = new ServerSettings();
        await using (var command = new NpgsqlCommand("SELECT name, setting, context, source FROM pg_catalog.pg_settings", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                settings.effective[reader.GetString(0)] = (reader.IsDBNull(1) ? "" : reader.GetString(1), reader.GetString(2), reader.GetString(3));
            }
        }

        const string Written = """
            SELECT name, setting FROM pg_catalog.pg_file_settings
            WHERE sourcefile = pg_catalog.current_setting('data_directory') || '/postgresql.auto.conf' AND name IS NOT NULL
            """;
        await using (var command = new NpgsqlCommand(Written, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                settings.configured[reader.GetString(0)] = reader.GetString(1);
            }
        }

        return settings;
    }

    /// <summary>The value that the server works with; empty for a setting that it does not know.</summary>
    public string Effective(string name) => effective.TryGetValue(name, out var setting) ? setting.Value : "";

    /// <summary>The value that <c>ALTER SYSTEM</c> has written down; null when it has none.</summary>
    public string? Configured(string name) => configured.GetValueOrDefault(name);

    /// <summary>Whether a change needs a restart.</summary>
    public bool NeedsRestart(string name) => effective.TryGetValue(name, out var setting) && setting.Context == "postmaster";

    /// <summary>Whether the value was given on the server's command line, which no file overrules.</summary>
    public bool IsFromCommandLine(string name) => effective.TryGetValue(name, out var setting) && setting.Source == "command line";
}
