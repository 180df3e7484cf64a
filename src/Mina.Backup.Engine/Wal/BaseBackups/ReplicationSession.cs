using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// A session of the replication protocol over libpq. All calls but <see cref="Abort"/> block and belong on one thread; <see cref="Abort"/>
/// comes from another one and makes a blocked call fail.
/// </summary>
internal sealed unsafe class ReplicationSession : IDisposable
{
    private const int ConnectionOk = 0;
    private const int CommandOk = 1;
    private const int TuplesOk = 2;
    private const int CopyOut = 3;
    private const int FieldSqlState = 'C';
    private const int FieldMessage = 'M';
    private const int FieldDetail = 'D';
    private const int FieldHint = 'H';

    private readonly Libpq libpq;
    private readonly ConnectionTarget target;
    private readonly Lock gate = new();
    private nint connection;

    private ReplicationSession(Libpq libpq, ConnectionTarget target)
    {
        this.libpq = libpq;
        this.target = target;
    }

    /// <summary>Connects.</summary>
    /// <exception cref="ServerException">The server cannot be reached or refuses.</exception>
    public static ReplicationSession Connect(Libpq libpq, ConnectionTarget target)
    {
        var session = new ReplicationSession(libpq, target);
        try
        {
            session.Open();
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Starts a command.</summary>
    public void Send(string command)
    {
        fixed (byte* text = Terminated(command))
        {
            if (libpq.SendQuery(connection, text) != 1)
            {
                throw Lost();
            }
        }
    }

    /// <summary>The next result's only or first row, column by column.</summary>
    public IReadOnlyList<string[]> ReadRows(int columns)
    {
        var result = Next(TuplesOk);
        try
        {
            var rows = new List<string[]>();
            for (var row = 0; row < libpq.RowCount(result); row++)
            {
                rows.Add([.. Enumerable.Range(0, columns).Select(column => Text(libpq.Value(result, row, column)))]);
            }

            return rows;
        }
        finally
        {
            libpq.Clear(result);
        }
    }

    /// <summary>The next result starts a copy from the server.</summary>
    public void BeginCopy() => libpq.Clear(Next(CopyOut));

    /// <summary>The next message of the copy; false at its end.</summary>
    public bool ReadCopy(out byte[] message)
    {
        byte* buffer;
        var length = libpq.GetCopyData(connection, &buffer, 0);
        switch (length)
        {
            case > 0:
                message = new ReadOnlySpan<byte>(buffer, length).ToArray();
                libpq.FreeMemory(buffer);
                return true;
            case -1:
                message = [];
                return false;
            default:
                throw Lost();
        }
    }

    /// <summary>Reads what the command still has to say, and its end.</summary>
    public void Finish()
    {
        nint result;
        while ((result = libpq.GetResult(connection)) != 0)
        {
            Check(result, CommandOk);
            libpq.Clear(result);
        }
    }

    /// <summary>Ends the connection under a blocked call.</summary>
    public void Abort()
    {
        lock (gate)
        {
            var descriptor = connection == 0 ? -1 : libpq.Socket(connection);
            if (descriptor < 0)
            {
                return;
            }

            using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // The other side was faster.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            if (connection != 0)
            {
                libpq.Finish(connection);
                connection = 0;
            }
        }
    }

    private void Open()
    {
        (string Name, string? Value)[] parameters =
        [
            ("host", target.Host), ("port", target.Port.ToString(CultureInfo.InvariantCulture)), ("user", target.Username), ("dbname", "replication"),
            ("password", target.Password?.Reveal()), ("sslmode", target.SslMode), ("sslrootcert", target.SslRootCertificate), ("sslcert", target.SslCertificate),
            ("sslkey", target.SslKey), ("channel_binding", target.ChannelBinding), ("options", target.Options),
            ("connect_timeout", (target.ConnectTimeout ?? 30).ToString(CultureInfo.InvariantCulture)),
            ("application_name", PostgresConnector.ApplicationName), ("replication", "true"),
        ];
        var given = parameters.Where(parameter => !string.IsNullOrEmpty(parameter.Value)).ToList();
        var names = Pointers(given.Select(parameter => parameter.Name));
        var values = Pointers(given.Select(parameter => parameter.Value!));
        try
        {
            fixed (nint* name = names, value = values)
            {
                connection = libpq.ConnectParams((byte**)name, (byte**)value, 0);
            }
        }
        finally
        {
            foreach (var pointer in names.Concat(values))
            {
                Marshal.ZeroFreeCoTaskMemUTF8(pointer);
            }
        }

        if (connection == 0 || libpq.Status(connection) != ConnectionOk)
        {
            throw Failed();
        }

        libpq.Silence(connection);
    }

    private static nint[] Pointers(IEnumerable<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private nint Next(int expected)
    {
        var result = libpq.GetResult(connection);
        if (result == 0)
        {
            throw Lost();
        }

        Check(result, expected);
        return result;
    }

    private void Check(nint result, int expected)
    {
        if (libpq.ResultStatus(result) == expected)
        {
            return;
        }

        string? Field(int code) => libpq.ResultErrorField(result, code) is var text && text != null ? Text(text) : null;
        var (state, message, detail, hint) = (Field(FieldSqlState), Field(FieldMessage), Field(FieldDetail), Field(FieldHint));
        libpq.Clear(result);
        if (state is null || message is null)
        {
            throw Lost();
        }

        var known = PostgresErrors.FromToolOutput("The server", message, target.Server);
        throw new ServerException(
            known?.Definition ?? ErrorCatalog.ServerStatementFailed,
            $"The server reported while sending a base backup: {message}",
            new ErrorContext { Target = target.Server, SqlState = state, ServerDetail = detail, ServerHint = hint });
    }

    private MinaException Failed()
    {
        var text = connection == 0 ? "out of memory" : Text(libpq.ErrorMessage(connection)).Trim();
        return PostgresErrors.FromToolOutput("libpq", text, target.Server)
            ?? new ServerException(ErrorCatalog.ServerUnreachable, $"{target.Server} cannot be reached for a base backup: {text}", new ErrorContext { Target = target.Server });
    }

    private ServerException Lost() => new(
        ErrorCatalog.ServerConnectionLost,
        $"The connection to the server was lost during the base backup: {Text(libpq.ErrorMessage(connection)).Trim()}",
        new ErrorContext { Target = target.Server });

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];
}
