using System.Globalization;

namespace Mina.Backup.Engine.Postgres;

/// <summary>libpq's connection keywords that are understood here, and how they map.</summary>
internal static class ConnectionKeywords
{
    /// <summary>Keywords that are taken over.</summary>
    public static readonly IReadOnlySet<string> Known = new HashSet<string>(StringComparer.Ordinal)
    {
        "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey",
        "channel_binding", "options", "connect_timeout",
    };

    /// <summary>Keywords that make no difference to a backup, so that they are read and left aside.</summary>
    public static readonly IReadOnlySet<string> Ignored = new HashSet<string>(StringComparer.Ordinal)
    {
        "application_name", "fallback_application_name", "client_encoding", "keepalives", "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout", "gssencmode", "sslcompression", "sslsni",
        "ssl_min_protocol_version", "ssl_max_protocol_version", "sslnegotiation", "target_session_attrs",
        "load_balance_hosts", "pgbouncer", "schema", "connection_limit", "pool_timeout",
    };

    /// <summary>Values of <c>sslmode</c>.</summary>
    public static readonly IReadOnlySet<string> SslModes = new HashSet<string>(StringComparer.Ordinal)
    {
        "disable", "allow", "prefer", "require", "verify-ca", "verify-full",
    };

    /// <summary>Npgsql's name for libpq's mode.</summary>
    public static Npgsql.SslMode ToNpgsqlSslMode(string? mode) => mode switch
    {
        null or "prefer" => Npgsql.SslMode.Prefer,
        "disable" => Npgsql.SslMode.Disable,
        "allow" => Npgsql.SslMode.Allow,
        "require" => Npgsql.SslMode.Require,
        "verify-ca" => Npgsql.SslMode.VerifyCA,
        "verify-full" => Npgsql.SslMode.VerifyFull,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not an sslmode."),
    };

    /// <summary>libpq's name for Npgsql's mode.</summary>
    public static string FromNpgsqlSslMode(Npgsql.SslMode mode) => mode switch
    {
        Npgsql.SslMode.Disable => "disable",
        Npgsql.SslMode.Allow => "allow",
        Npgsql.SslMode.Prefer => "prefer",
        Npgsql.SslMode.Require => "require",
        Npgsql.SslMode.VerifyCA => "verify-ca",
        Npgsql.SslMode.VerifyFull => "verify-full",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not an SslMode."),
    };

    /// <summary>What of a target stands behind the question mark of its URI.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Parameters(ConnectionTarget target)
    {
        (string Name, string? Value)[] all =
        [
            ("sslmode", target.SslMode),
            ("sslrootcert", target.SslRootCertificate),
            ("sslcert", target.SslCertificate),
            ("sslkey", target.SslKey),
            ("channel_binding", target.ChannelBinding),
            ("options", target.Options),
            ("connect_timeout", target.ConnectTimeout?.ToString(CultureInfo.InvariantCulture)),
        ];
        return all.Where(parameter => !string.IsNullOrEmpty(parameter.Value))
            .Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value!));
    }
}
