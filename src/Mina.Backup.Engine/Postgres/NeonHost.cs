using Mina.Backup.Model;

namespace Mina.Backup.Engine.Postgres;

/// <summary>What Neon's host names tell: <c>ep-cool-1.eu-central-1.aws.neon.tech</c> is a server, <c>ep-cool-1-pooler.eu-central-1.aws.neon.tech</c> the pooler in front of it.</summary>
internal static class NeonHost
{
    private const string PoolerSuffix = "-pooler";
    private static readonly string[] Domains = [".neon.tech", ".neon.build"];

    /// <summary>Whether a host is Neon's.</summary>
    public static bool Is(string host) => Domains.Any(domain => host.EndsWith(domain, StringComparison.OrdinalIgnoreCase));

    /// <summary>The pooler in front of a server; null for a host that is not Neon's.</summary>
    public static string? Pooler(string host) => Is(host) && Direct(host) is null ? Insert(host) : null;

    /// <summary>The server behind a pooler; null for a host that does not name a pooler.</summary>
    public static string? Direct(string host)
    {
        var label = Label(host);
        return label.EndsWith(PoolerSuffix, StringComparison.OrdinalIgnoreCase) ? label[..^PoolerSuffix.Length] + host[label.Length..] : null;
    }

    /// <summary>The target, its connections encrypted where the host is Neon's, which takes no others: what could fall back to clear text would first send in it who connects.</summary>
    /// <exception cref="ServerException"><c>TlsRequired</c>: encryption was switched off.</exception>
    public static ConnectionTarget Encrypted(ConnectionTarget target) => (Is(target.Host), target.SslMode) switch
    {
        (true, null or "allow" or "prefer") => target with { SslMode = "require" },
        (true, "disable") => throw new ServerException(
            ErrorCatalog.TlsRequired,
            $"{target.Host} takes encrypted connections alone, and sslmode=disable was given.",
            new ErrorContext { Target = target.ToString(), Action = "Leave sslmode out, or give require or verify-full." }),
        _ => target,
    };

    private static string Insert(string host) => Label(host) + PoolerSuffix + host[Label(host).Length..];

    private static string Label(string host) => host.Split('.')[0];
}
