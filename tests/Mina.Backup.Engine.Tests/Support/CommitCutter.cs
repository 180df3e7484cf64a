using System.Net;
using System.Net.Sockets;
using System.Text;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>
/// Stands between a client and a server and breaks one connection at its COMMIT: of the first session that asked for its own transaction's id before,
/// either without handing the COMMIT on, or after the server has answered it, before the client hears of it.
/// </summary>
public sealed class CommitCutter : IAsyncDisposable
{
    private static readonly byte[] Identifies = Encoding.ASCII.GetBytes("txid_current");
    private static readonly byte[] Commits = Encoding.ASCII.GetBytes("COMMIT");

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConnectionTarget target;
    private readonly bool handOn;
    private readonly Task accepting;
    private int cut;

    public CommitCutter(ConnectionTarget target, bool handOn)
    {
        this.target = target;
        this.handOn = handOn;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The same database, through here.</summary>
    public ConnectionTarget Target => target with { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port };

    /// <summary>Whether a connection was broken.</summary>
    public bool HasCut => Volatile.Read(ref cut) != 0;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = target.IsSocket
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        EndPoint address = target.IsSocket
            ? new UnixDomainSocketEndPoint(FormattableString.Invariant($"{target.Host}/.s.PGSQL.{target.Port}"))
            : new DnsEndPoint(target.Host, target.Port);
        using (client)
        {
            await server.ConnectAsync(address, stop.Token);
            await using var stream = new NetworkStream(server);
            var connection = new Connection(client.GetStream(), stream);
            await Task.WhenAny(ToServerAsync(connection), ToClientAsync(connection)).Unwrap();
        }
    }

    private async Task ToServerAsync(Connection connection)
    {
        var buffer = new byte[1 << 16];
        while (await ReadAsync(connection.Client, buffer) is > 0 and var count)
        {
            connection.IsIdentified |= buffer.AsSpan(0, count).IndexOf(Identifies) >= 0;
            if (connection.IsIdentified && buffer.AsSpan(0, count).IndexOf(Commits) >= 0 && Interlocked.Exchange(ref cut, 1) == 0)
            {
                connection.IsCut = true;
                if (!handOn)
                {
                    return;
                }
            }

            await connection.Server.WriteAsync(buffer.AsMemory(0, count), stop.Token);
        }
    }

    private async Task ToClientAsync(Connection connection)
    {
        var buffer = new byte[1 << 16];
        while (await ReadAsync(connection.Server, buffer) is > 0 and var count && !connection.IsCut)
        {
            await connection.Client.WriteAsync(buffer.AsMemory(0, count), stop.Token);
        }
    }

    // Whoever hangs up without a word has ended the connection as well.
    private async Task<int> ReadAsync(NetworkStream stream, byte[] buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer, stop.Token);
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return 0;
        }
    }

    private sealed class Connection(NetworkStream client, NetworkStream server)
    {
        private volatile bool isCut;

        public NetworkStream Client => client;

        public NetworkStream Server => server;

        public bool IsIdentified { get; set; }

        public bool IsCut
        {
            get => isCut;
            set => isCut = value;
        }
    }
}
