using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Restore;

/// <summary>Tells whether a server runs on this machine. A container or virtual machine with an address of its own counts as another machine.</summary>
internal static class LocalMachine
{
    /// <summary>Whether the target's host is this machine; null when its name cannot be resolved or this machine's addresses cannot be listed.</summary>
    public static async Task<bool?> IsHostOfAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        if (target.IsSocket)
        {
            return true;
        }

        try
        {
            var addresses = IPAddress.TryParse(target.Host, out var address)
                ? [address]
                : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
            var own = NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Select(unicast => Plain(unicast.Address))
                .ToHashSet();
            return addresses.Length == 0 ? null : addresses.Select(Plain).Any(one => IPAddress.IsLoopback(one) || IsAny(one) || own.Contains(one));
        }
        catch (Exception problem) when (problem is SocketException or NetworkInformationException)
        {
            return null;
        }
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    // Without the scope of link-local addresses, which names the card and not the machine.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());
}
