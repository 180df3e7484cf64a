using System.Net;
using System.Net.Sockets;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>Ports on the loopback address.</summary>
internal static class LoopbackPort
{
    /// <summary>One that is free now; somebody else may take it any time.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
