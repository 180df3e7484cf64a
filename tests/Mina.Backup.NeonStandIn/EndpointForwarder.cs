using System.Net;
using System.Net.Sockets;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.NeonStandIn;

/// <summary>
/// An endpoint: an address that stays while the server behind it changes, as when a branch is restored in place. Connections to the server before end then.
/// </summary>
public sealed class EndpointForwarder : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;
    private CancellationTokenSource generation = new();
    private ConnectionTarget? server;

    /// <summary>Opens an endpoint without a server.</summary>
    public EndpointForwarder()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Port on the loopback address.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Leads to another server from now on.</summary>
    public void LeadTo(ConnectionTarget target)
    {
        server = target;
        var before = Interlocked.Exchange(ref generation, new CancellationTokenSource());
        before.Cancel();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await generation.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token), generation.Token));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken end)
    {
        using (client)
        {
            if (server is not { } target)
            {
                return;
            }

            using var socket = target.IsSocket ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(target.IsSocket ? new UnixDomainSocketEndPoint(FormattableString.Invariant($"{target.Host}/.s.PGSQL.{target.Port}")) : new DnsEndPoint(target.Host, target.Port), end);
                await using var there = new NetworkStream(socket);
                var here = client.GetStream();
                await Task.WhenAny(here.CopyToAsync(there, end), there.CopyToAsync(here, end)).Unwrap();
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Whoever hung up, the other side is told by its own connection's end.
            }
        }
    }
}
