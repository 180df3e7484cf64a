using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// A session over libpq, for what Npgsql does not offer (replication commands) or where it costs too much: on a socket of the framework every wait for the
/// next few KB of a COPY goes through three threads. All calls but <see cref="Abort"/> block and belong on one thread at a time; <see cref="Abort"/>
/// comes from another one and makes a blocked call fail. What the server refuses is a <see cref="PostgresException"/> as Npgsql would throw it, a lost connection a <see cref="ServerException"/>.
/// </summary>
internal sealed unsafe class LibpqSession : IDisposable
{
    private const int ConnectionOk = 0;
    private const int CommandOk = 1;
    private const int TuplesOk = 2;
    private const int CopyOut = 3;
    private const int CopyIn = 4;
    private const int FieldSqlState = 'C';
    private const int FieldMessage = 'M';
    private const int FieldDetail = 'D';
    private const int FieldHint = 'H';

    private readonly Libpq libpq;
    private readonly ConnectionTarget target;
    private readonly Lock gate = new();
    private nint connection;
    private byte* message;

    private LibpqSession(Libpq libpq, ConnectionTarget target)
    {
        this.libpq = libpq;
        this.target = target;
    }

    /// <summary>Major version of the server.</summary>
    public int ServerMajor => libpq.ServerVersion(connection) / 10000;

    /// <summary>Connects to the target's database.</summary>
    /// <exception cref="ServerException">The server cannot be reached or refuses.</exception>
    public static LibpqSession Connect(Libpq libpq, ConnectionTarget target) => Connect(libpq, target, ("dbname", target.Database));

    /// <summary>Connects for replication commands of the whole server.</summary>
    /// <exception cref="ServerException">The server cannot be reached or refuses.</exception>
    public static LibpqSession ConnectForReplication(Libpq libpq, ConnectionTarget target) => Connect(libpq, target, ("dbname", "replication"), ("replication", "true"));

    private static LibpqSession Connect(Libpq libpq, ConnectionTarget target, params ReadOnlySpan<(string, string?)> parameters)
    {
        var session = new LibpqSession(libpq, target);
        try
        {
            session.Open(parameters);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Does blocking work with the session, on a thread of its own. Cancellation ends the connection under it.</summary>
    public Task RunAsync(Action work, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var abort = cancellationToken.Register(Abort);
            try
            {
                work();
            }
            catch when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

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

    /// <summary>Runs statements whose results do not matter.</summary>
    public void Execute(string sql)
    {
        Send(sql);
        Finish();
    }

    /// <summary>The next result starts a copy from the server.</summary>
    public void BeginCopyOut() => libpq.Clear(Next(CopyOut));

    /// <summary>The next result starts a copy to the server.</summary>
    public void BeginCopyIn() => libpq.Clear(Next(CopyIn));

    /// <summary>The next message of the copy, good until the next call; false at its end, behind which <see cref="Finish"/> tells whether all went well.</summary>
    public bool ReadCopy(out ReadOnlySpan<byte> bytes)
    {
        Forget();
        byte* buffer;
        var length = libpq.GetCopyData(connection, &buffer, 0);
        message = buffer;
        bytes = length > 0 ? new ReadOnlySpan<byte>(buffer, length) : [];
        return length switch
        {
            > 0 => true,
            -1 => false,
            _ => throw Lost(),
        };
    }

    /// <summary>Sends bytes of a copy.</summary>
    public void WriteCopy(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            if (libpq.PutCopyData(connection, start, bytes.Length) != 1)
            {
                throw Lost();
            }
        }
    }

    /// <summary>Ends a copy to the server; the rows are in when this returns.</summary>
    public void EndCopyIn()
    {
        if (libpq.PutCopyEnd(connection, null) != 1)
        {
            throw Lost();
        }

        Finish();
    }

    /// <summary>Reads what the command still has to say, and its end.</summary>
    public void Finish()
    {
        nint result;
        while ((result = libpq.GetResult(connection)) != 0)
        {
            if (libpq.ResultStatus(result) != TuplesOk)
            {
                Check(result, CommandOk);
            }

            libpq.Clear(result);
        }
    }

    /// <summary>Reads the rest of a command that failed, so that the session can be used again, if it still lives.</summary>
    public void TryFinish()
    {
        nint result;
        while (libpq.Status(connection) == ConnectionOk && (result = libpq.GetResult(connection)) != 0)
        {
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
        Forget();
        lock (gate)
        {
            if (connection != 0)
            {
                libpq.Finish(connection);
                connection = 0;
            }
        }
    }

    private void Forget()
    {
        if (message != null)
        {
            libpq.FreeMemory(message);
            message = null;
        }
    }

    private void Open(ReadOnlySpan<(string, string?)> more)
    {
        (string Name, string? Value)[] parameters =
        [
            ("host", target.Host), ("port", target.Port.ToString(CultureInfo.InvariantCulture)), ("user", target.Username),
            ("password", target.Password?.Reveal()), ("sslmode", target.SslMode), ("sslrootcert", target.SslRootCertificate), ("sslcert", target.SslCertificate),
            ("sslkey", target.SslKey), ("channel_binding", target.ChannelBinding), ("options", target.Options),
            ("connect_timeout", (target.ConnectTimeout ?? 30).ToString(CultureInfo.InvariantCulture)),
            ("application_name", PostgresConnector.ApplicationName), ("client_encoding", "UTF8"), .. more,
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

        throw new PostgresException(message, "ERROR", "ERROR", state, detail, hint);
    }

    private MinaException Failed()
    {
        var text = connection == 0 ? "out of memory" : Text(libpq.ErrorMessage(connection)).Trim();
        return PostgresErrors.FromToolOutput("libpq", text, target.Server)
            ?? new ServerException(ErrorCatalog.ServerUnreachable, $"{target.Server} cannot be reached: {text}", new ErrorContext { Target = target.Server });
    }

    private ServerException Lost() => new(
        ErrorCatalog.ServerConnectionLost,
        $"The connection to the server was lost: {Text(libpq.ErrorMessage(connection)).Trim()}",
        new ErrorContext { Target = target.Server });

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];
}
