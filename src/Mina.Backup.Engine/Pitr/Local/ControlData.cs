using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>What <c>pg_controldata</c> says of a data directory.</summary>
internal sealed class ControlData
{
    private readonly Dictionary<string, string> values;

    private ControlData(Dictionary<string, string> values) => this.values = values;

    /// <summary>Where recovery would begin without a backup label.</summary>
    public Lsn Redo => Lsn.Parse(Value("Latest checkpoint's REDO location"));

    /// <summary>The source's limits, by the setting's name: a server that replays its WAL must not have less.</summary>
    public IReadOnlyDictionary<string, int> Limits => new Dictionary<string, int>
    {
        ["max_connections"] = Number("max_connections setting"),
        ["max_worker_processes"] = Number("max_worker_processes setting"),
        ["max_wal_senders"] = Number("max_wal_senders setting"),
        ["max_prepared_transactions"] = Number("max_prepared_xacts setting"),
        ["max_locks_per_transaction"] = Number("max_locks_per_xact setting"),
    };

    /// <summary>Whether commit times are tracked.</summary>
    public bool TracksCommitTimes => Value("track_commit_timestamp setting") == "on";

    /// <summary>Asks the program that belongs to the server.</summary>
    public static async Task<ControlData> ReadAsync(ServerAccount account, string binDirectory, string dataDirectory, CancellationToken cancellationToken)
    {
        var text = await account.RunAsync(Path.Combine(binDirectory, "pg_controldata"), ["-D", dataDirectory], null, cancellationToken);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            {
                values[line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }
        }

        return new ControlData(values);
    }

    private int Number(string name) => int.Parse(Value(name), CultureInfo.InvariantCulture);

    private string Value(string name) => values.GetValueOrDefault(name)
        ?? throw new ToolException(ErrorCatalog.BranchStartFailed, $"pg_controldata does not tell the {name}.", new ErrorContext { Target = "pg_controldata" });
}
