using System.Globalization;

namespace Mina.Backup.NeonStandIn;

/// <summary>A compute endpoint.</summary>
public sealed record StandInEndpoint(string Id, string Branch, string Type, EndpointForwarder? Forwarder)
{
    /// <summary>Host, with the port where it is a real one.</summary>
    public string Host => Forwarder is null
        ? $"{Id}.eu-central-1.aws.neon.tech"
        : string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Forwarder.Port}");

    /// <summary>Host of its pooler.</summary>
    public string PoolerHost => Forwarder is null ? $"{Id}-pooler.eu-central-1.aws.neon.tech" : Host;
}
