using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// One database on one server and how to reach it: the common ground of libpq (the client programs) and Npgsql.
/// Immutable; it prints without its password.
/// </summary>
public sealed record ConnectionTarget
{
    /// <summary>Host name or address, or the folder of a Unix socket.</summary>
    public required string Host { get; init; }

    /// <summary>Port; for a socket the number in its name.</summary>
    public int Port { get; init; } = 5432;

    /// <summary>Database.</summary>
    public required string Database { get; init; }

    /// <summary>Role to connect as; never empty once parsed.</summary>
    public required string Username { get; init; }

    /// <summary>Its password; null when none was found.</summary>
    public Secret? Password { get; init; }

    /// <summary>libpq's <c>sslmode</c>; null for the default, <c>prefer</c>.</summary>
    public string? SslMode { get; init; }

    /// <summary>File with root certificates, or <c>system</c>.</summary>
    public string? SslRootCertificate { get; init; }

    /// <summary>File with the client's certificate.</summary>
    public string? SslCertificate { get; init; }

    /// <summary>File with the client's key.</summary>
    public string? SslKey { get; init; }

    /// <summary>libpq's <c>channel_binding</c>; null for the default.</summary>
    public string? ChannelBinding { get; init; }

    /// <summary>Command-line options for the server process, such as <c>-c work_mem=64MB</c> or a provider's endpoint.</summary>
    public string? Options { get; init; }

    /// <summary>Seconds to wait for a connection; null for the default.</summary>
    public int? ConnectTimeout { get; init; }

    /// <summary>Whether <see cref="Host"/> is the folder of a Unix socket.</summary>
    public bool IsSocket => Host.StartsWith('/') || Host.StartsWith('@');

    /// <summary>The server as an operator names it: <c>host:port</c>, or the socket's folder.</summary>
    public string Server => IsSocket
        ? Port == 5432 ? Host : $"{Host}:{Port.ToString(CultureInfo.InvariantCulture)}"
        : $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Reads a connection URI, a libpq connection string or an Npgsql string; what it leaves out comes from <c>PG*</c> variables and the password file.</summary>
    /// <exception cref="ConfigurationException"><c>ConnectionStringInvalid</c>; the text itself is never quoted, as it may hold a password.</exception>
    /// <exception cref="ServerException"><c>TlsRequired</c>: a host that takes encrypted connections alone, without encryption.</exception>
    public static ConnectionTarget Parse(string text, HostEnvironment env) => NeonHost.Encrypted(new ConnectionTextParser(env).Parse(text));

    /// <summary>Reads what was given, else <c>DATABASE_URL</c>.</summary>
    /// <exception cref="ConfigurationException"><paramref name="whenMissing"/> when there is neither; <c>ConnectionStringInvalid</c>.</exception>
    public static ConnectionTarget Resolve(string? given, HostEnvironment env, ErrorDefinition whenMissing)
    {
        var text = string.IsNullOrWhiteSpace(given) ? env.Variable("DATABASE_URL") : given;
        return string.IsNullOrWhiteSpace(text)
            ? throw new ConfigurationException(whenMissing, whenMissing.Cause)
            : Parse(text, env);
    }

    /// <summary>The same server and role, another database.</summary>
    public ConnectionTarget WithDatabase(string name) => this with { Database = name };

    /// <summary>The same with one more setting for its sessions, in force before anything runs in them.</summary>
    public ConnectionTarget WithSetting(string name, string value)
    {
        var option = $"-c {name}={value}";
        return this with { Options = Options is null ? option : $"{Options} {option}" };
    }

    /// <summary>Variables from which libpq's programs take this target. Secret: holds the password.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PGHOST"] = Host,
            ["PGPORT"] = Port.ToString(CultureInfo.InvariantCulture),
            ["PGDATABASE"] = Database,
            ["PGUSER"] = Username,
            ["PGAPPNAME"] = PostgresConnector.ApplicationName,
        };

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                variables[name] = value;
            }
        }

        Add("PGPASSWORD", Password?.Reveal());
        Add("PGSSLMODE", SslMode);
        Add("PGSSLROOTCERT", SslRootCertificate);
        Add("PGSSLCERT", SslCertificate);
        Add("PGSSLKEY", SslKey);
        Add("PGCHANNELBINDING", ChannelBinding);
        Add("PGOPTIONS", Options);
        Add("PGCONNECT_TIMEOUT", ConnectTimeout?.ToString(CultureInfo.InvariantCulture));
        return variables;
    }

    /// <summary>The same, with server settings behind the target's own options.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment(string serverOptions)
    {
        var variables = new Dictionary<string, string>(ToEnvironment(), StringComparer.Ordinal);
        variables["PGOPTIONS"] = Options is null ? serverOptions : $"{Options} {serverOptions}";
        return variables;
    }

    /// <summary>What Npgsql connects with. Secret: holds the password.</summary>
    public NpgsqlConnectionStringBuilder ToNpgsql()
    {
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = Host,
            Port = Port,
            Database = Database,
            Username = Username,
            Pooling = false,
            ApplicationName = PostgresConnector.ApplicationName,
            CommandTimeout = 0,
            IncludeErrorDetail = true,
            SslMode = IsSocket ? Npgsql.SslMode.Disable : NpgsqlSslMode,
        };
        if (Password is not null)
        {
            builder.Password = Password.Reveal();
        }

        if (!IsSocket)
        {
            // A dump holds its session idle for as long as pg_dump runs; without keepalives firewalls forget it.
            builder.TcpKeepAlive = true;
            builder.TcpKeepAliveTime = 60;
            builder.TcpKeepAliveInterval = 15;
            if (!TrustsSystem)
            {
                builder.RootCertificate = SslRootCertificate;
            }

            builder.SslCertificate = SslCertificate;
            builder.SslKey = SslKey;
        }

        if (ChannelBinding is { } binding)
        {
            builder.ChannelBinding = Enum.Parse<ChannelBinding>(binding, ignoreCase: true);
        }

        builder.Options = Options;
        if (ConnectTimeout is { } seconds)
        {
            builder.Timeout = seconds;
        }

        return builder;
    }

    /// <summary>The target as a connection URI. Secret: holds the password.</summary>
    public string ToUri()
    {
        var text = new StringBuilder("postgresql://").Append(Uri.EscapeDataString(Username));
        if (Password is not null)
        {
            text.Append(':').Append(Uri.EscapeDataString(Password.Reveal()));
        }

        text.Append('@')
            .Append(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Uri.EscapeDataString(Host))
            .Append(':').Append(Port.ToString(CultureInfo.InvariantCulture))
            .Append('/').Append(Uri.EscapeDataString(Database));
        var parameters = ConnectionKeywords.Parameters(this)
            .Select(parameter => $"{parameter.Key}={Uri.EscapeDataString(parameter.Value)}");
        var query = string.Join('&', parameters);
        return query.Length == 0 ? text.ToString() : text.Append('?').Append(query).ToString();
    }

    private bool TrustsSystem => SslRootCertificate == "system";

    // To libpq, sslrootcert=system means verify-full; without the mode Npgsql would check nothing. Without a file it trusts what the system trusts.
    private Npgsql.SslMode NpgsqlSslMode => TrustsSystem ? Npgsql.SslMode.VerifyFull : ConnectionKeywords.ToNpgsqlSslMode(SslMode);

    /// <summary>Role, server and database; never the password.</summary>
    public override string ToString() => $"{Username}@{Server}/{Database}";
}
