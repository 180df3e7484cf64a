namespace Mina.Backup.Engine.Postgres;

/// <summary>What a disposable cluster is to be like.</summary>
public sealed record EphemeralClusterOptions
{
    /// <summary>Major version; the newest installed one when null.</summary>
    public int? Major { get; init; }

    /// <summary>Settings beyond the defaults, as in postgresql.conf.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Leave out everything that protects data from a power failure: right for a cluster that is thrown away.</summary>
    public bool FastButUnsafe { get; init; } = true;

    /// <summary>Listen on the loopback address, always with passwords, beside the socket.</summary>
    public bool Tcp { get; init; }

    /// <summary>Ask for passwords on the socket too. Without, the socket trusts: only this user and root can reach its folder.</summary>
    public bool PasswordAuth { get; init; }

    /// <summary>Locale of the cluster.</summary>
    public string Locale { get; init; } = "C";

    /// <summary>Name of the superuser.</summary>
    public string Superuser { get; init; } = "postgres";

    /// <summary>Further arguments for initdb.</summary>
    public IReadOnlyList<string> InitdbArguments { get; init; } = [];
}
