using System.Globalization;
using System.Text;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// Reads the three ways in which a connection is written: a URI and a keyword string as libpq defines them
/// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING), and an Npgsql string.
/// </summary>
internal sealed class ConnectionTextParser(HostEnvironment env)
{
    /// <summary>Reads the text and fills in what it leaves out.</summary>
    public ConnectionTarget Parse(string text)
    {
        text = text.Trim();
        if (text.StartsWith("postgresql://", StringComparison.Ordinal) || text.StartsWith("postgres://", StringComparison.Ordinal))
        {
            return Build(ReadUri(text));
        }

        if (!text.Contains('=', StringComparison.Ordinal))
        {
            throw Invalid("it is neither a postgresql:// URI nor a list of keywords");
        }

        return Build(TryReadKeywords(text) ?? ReadNpgsql(text));
    }

    private static ConfigurationException Invalid(string reason) =>
        new(ErrorCatalog.ConnectionStringInvalid, $"The connection text cannot be read: {reason}.");

    private static Dictionary<string, string> ReadUri(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        if (rest.Contains('#', StringComparison.Ordinal))
        {
            throw Invalid("a # must be written as %23");
        }

        var question = rest.IndexOf('?', StringComparison.Ordinal);
        if (question >= 0)
        {
            ReadParameters(rest[(question + 1)..], values);
            rest = rest[..question];
        }

        var at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            ReadUser(rest[..at], values);
            rest = rest[(at + 1)..];
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            Put(values, "dbname", Decode(rest[(slash + 1)..]));
            rest = rest[..slash];
        }

        ReadAuthority(rest, values);
        return values;
    }

    private static void ReadUser(string text, Dictionary<string, string> values)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        Put(values, "user", Decode(colon < 0 ? text : text[..colon]));
        if (colon >= 0)
        {
            Put(values, "password", Decode(text[(colon + 1)..]));
        }
    }

    private static void ReadAuthority(string text, Dictionary<string, string> values)
    {
        if (text.Contains(',', StringComparison.Ordinal))
        {
            throw Invalid("it names several hosts; name the one to work with");
        }

        string host;
        var port = string.Empty;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0)
            {
                throw Invalid("the ] after the IPv6 address is missing");
            }

            host = text[1..end];
            port = text[(end + 1)..];
            if (port.Length > 0 && !port.StartsWith(':'))
            {
                throw Invalid("only a port may follow the IPv6 address");
            }

            port = port.TrimStart(':');
        }
        else
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            host = colon < 0 ? text : text[..colon];
            port = colon < 0 ? string.Empty : text[(colon + 1)..];
        }

        Put(values, "host", Decode(host));
        Put(values, "port", port);
    }

    private static void ReadParameters(string text, Dictionary<string, string> values)
    {
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw Invalid("a parameter behind the question mark has no value");
            }

            var name = Decode(pair[..equals]);
            if (name == "ssl" && pair[(equals + 1)..] == "true")
            {
                Put(values, "sslmode", "require");
                continue;
            }

            PutKeyword(values, name, Decode(pair[(equals + 1)..]));
        }
    }

    private static void PutKeyword(Dictionary<string, string> values, string name, string value)
    {
        if (ConnectionKeywords.Known.Contains(name))
        {
            Put(values, name, value);
        }
        else if (!ConnectionKeywords.Ignored.Contains(name))
        {
            throw Invalid($"the parameter {name} is not known");
        }
    }

    private static void Put(Dictionary<string, string> values, string name, string value)
    {
        if (value.Length > 0)
        {
            values[name] = value;
        }
    }

    // Unlike Uri.UnescapeDataString, a stray % is an error: it would silently change a password.
    private static string Decode(string text)
    {
        for (var at = text.IndexOf('%', StringComparison.Ordinal); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                throw Invalid("a % must be followed by two hexadecimal digits; a literal one is written %25");
            }
        }

        return Uri.UnescapeDataString(text);
    }

    /// <summary>libpq's <c>keyword=value keyword='quoted value'</c>; null when the text is not of that form.</summary>
    private static Dictionary<string, string>? TryReadKeywords(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                return values;
            }

            var equals = text.IndexOf('=', at);
            if (equals < 0)
            {
                return null;
            }

            var name = text[at..equals].Trim();
            if (!ConnectionKeywords.Known.Contains(name) && !ConnectionKeywords.Ignored.Contains(name))
            {
                return null;
            }

            at = equals + 1;
            if (ReadKeywordValue(text, ref at) is not { } value)
            {
                return null;
            }

            PutKeyword(values, name, value);
        }
    }

    private static string? ReadKeywordValue(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        var quoted = at < text.Length && text[at] == '\'';
        at += quoted ? 1 : 0;
        var value = new StringBuilder();
        while (at < text.Length)
        {
            var character = text[at++];
            if (quoted ? character == '\'' : char.IsWhiteSpace(character))
            {
                return value.ToString();
            }

            if (!quoted && character == ';')
            {
                // An Npgsql string: libpq's form has no semicolons outside quotes worth guessing at.
                return null;
            }

            value.Append(character == '\\' && at < text.Length ? text[at++] : character);
        }

        return quoted ? null : value.ToString();
    }

    private static Dictionary<string, string> ReadNpgsql(string text)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            // The parser's own messages may quote a value, so they are not passed on.
            builder = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            throw Invalid("it is not a valid Npgsql string");
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        void Add(string name, string keyword, string? value)
        {
            if (builder.ContainsKey(keyword) && value is not null)
            {
                Put(values, name, value);
            }
        }

        Add("host", "Host", builder.Host);
        Add("port", "Port", builder.Port.ToString(CultureInfo.InvariantCulture));
        Add("dbname", "Database", builder.Database);
        Add("user", "Username", builder.Username);
        Add("password", "Password", builder.Password);
        Add("passfile", "Passfile", builder.Passfile);
        Add("sslmode", "SSL Mode", ConnectionKeywords.FromNpgsqlSslMode(builder.SslMode));
        Add("sslrootcert", "Root Certificate", builder.RootCertificate);
        Add("sslcert", "SSL Certificate", builder.SslCertificate);
        Add("sslkey", "SSL Key", builder.SslKey);
        Add("channel_binding", "Channel Binding", builder.ChannelBinding.ToString().ToLowerInvariant());
        Add("options", "Options", builder.Options);
        Add("connect_timeout", "Timeout", builder.Timeout.ToString(CultureInfo.InvariantCulture));
        return values;
    }

    private ConnectionTarget Build(Dictionary<string, string> values)
    {
        string? Value(string keyword, string? variable) =>
            values.TryGetValue(keyword, out var value) ? value : variable is null ? null : env.Variable(variable);

        var host = Value("host", null) ?? Value("hostaddr", null) ?? env.Variable("PGHOST") ?? env.Variable("PGHOSTADDR") ?? DefaultHost();
        if (host.Contains(',', StringComparison.Ordinal))
        {
            throw Invalid("it names several hosts; name the one to work with");
        }

        var user = Value("user", "PGUSER") ?? env.Variable("USER") ?? Environment.UserName;
        var target = new ConnectionTarget
        {
            Host = host,
            Port = Number(Value("port", "PGPORT"), "port", 1, 65535) ?? 5432,
            Username = user,
            Database = Value("dbname", "PGDATABASE") ?? user,
            SslMode = OneOf(Value("sslmode", "PGSSLMODE"), "sslmode", ConnectionKeywords.SslModes),
            SslRootCertificate = Value("sslrootcert", "PGSSLROOTCERT"),
            SslCertificate = Value("sslcert", "PGSSLCERT"),
            SslKey = Value("sslkey", "PGSSLKEY"),
            ChannelBinding = OneOf(Value("channel_binding", "PGCHANNELBINDING"), "channel_binding", new HashSet<string> { "disable", "prefer", "require" }),
            Options = Value("options", "PGOPTIONS"),
            ConnectTimeout = Number(Value("connect_timeout", "PGCONNECT_TIMEOUT"), "connect_timeout", 0, 1024),
        };
        var password = Value("password", "PGPASSWORD") ?? new PasswordFile(env, Value("passfile", "PGPASSFILE")).Find(target);
        return password is null ? target : target with { Password = new Secret(password) };
    }

    private static int? Number(string? text, string keyword, int least, int most)
    {
        if (text is null)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Invalid($"{keyword} must be a number from {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)}");
    }

    private static string? OneOf(string? text, string keyword, IReadOnlySet<string> allowed) =>
        text is null || allowed.Contains(text)
            ? text
            : throw Invalid($"{keyword} must be one of {string.Join(", ", allowed)}");

    private static string DefaultHost() =>
        Directory.Exists("/var/run/postgresql") ? "/var/run/postgresql" : "localhost";
}
