using System.Runtime.InteropServices;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// PostgreSQL's client library, loaded from where the client programs have it: they do not run without it. <see cref="LibpqSession"/> says what for.
/// </summary>
internal sealed unsafe class Libpq
{
    private readonly nint library;

    private Libpq(nint library)
    {
        this.library = library;
        ConnectParams = (delegate* unmanaged<byte**, byte**, int, nint>)Export("PQconnectdbParams");
        Status = (delegate* unmanaged<nint, int>)Export("PQstatus");
        ErrorMessage = (delegate* unmanaged<nint, byte*>)Export("PQerrorMessage");
        Finish = (delegate* unmanaged<nint, void>)Export("PQfinish");
        Socket = (delegate* unmanaged<nint, int>)Export("PQsocket");
        SendQuery = (delegate* unmanaged<nint, byte*, int>)Export("PQsendQuery");
        GetResult = (delegate* unmanaged<nint, nint>)Export("PQgetResult");
        ResultStatus = (delegate* unmanaged<nint, int>)Export("PQresultStatus");
        ResultErrorField = (delegate* unmanaged<nint, int, byte*>)Export("PQresultErrorField");
        RowCount = (delegate* unmanaged<nint, int>)Export("PQntuples");
        Value = (delegate* unmanaged<nint, int, int, byte*>)Export("PQgetvalue");
        Clear = (delegate* unmanaged<nint, void>)Export("PQclear");
        ServerVersion = (delegate* unmanaged<nint, int>)Export("PQserverVersion");
        PutCopyData = (delegate* unmanaged<nint, byte*, int, int>)Export("PQputCopyData");
        PutCopyEnd = (delegate* unmanaged<nint, byte*, int>)Export("PQputCopyEnd");
        GetCopyData = (delegate* unmanaged<nint, byte**, int, int>)Export("PQgetCopyData");
        SetNoticeProcessor = (delegate* unmanaged<nint, delegate* unmanaged<void*, byte*, void>, void*, nint>)Export("PQsetNoticeProcessor");
        FreeMemory = (delegate* unmanaged<void*, void>)Export("PQfreemem");
    }

    public delegate* unmanaged<byte**, byte**, int, nint> ConnectParams { get; }

    public delegate* unmanaged<nint, int> Status { get; }

    public delegate* unmanaged<nint, byte*> ErrorMessage { get; }

    public delegate* unmanaged<nint, void> Finish { get; }

    public delegate* unmanaged<nint, int> Socket { get; }

    public delegate* unmanaged<nint, byte*, int> SendQuery { get; }

    public delegate* unmanaged<nint, nint> GetResult { get; }

    public delegate* unmanaged<nint, int> ResultStatus { get; }

    public delegate* unmanaged<nint, int, byte*> ResultErrorField { get; }

    public delegate* unmanaged<nint, int> RowCount { get; }

    public delegate* unmanaged<nint, int, int, byte*> Value { get; }

    public delegate* unmanaged<nint, void> Clear { get; }

    public delegate* unmanaged<nint, byte**, int, int> GetCopyData { get; }

    public delegate* unmanaged<nint, int> ServerVersion { get; }

    public delegate* unmanaged<nint, byte*, int, int> PutCopyData { get; }

    public delegate* unmanaged<nint, byte*, int> PutCopyEnd { get; }

    public delegate* unmanaged<void*, void> FreeMemory { get; }

    private delegate* unmanaged<nint, delegate* unmanaged<void*, byte*, void>, void*, nint> SetNoticeProcessor { get; }

    /// <summary>Keeps the library from writing a server's notices to this process's standard error.</summary>
    public void Silence(nint connection) => SetNoticeProcessor(connection, &Drop, null);

    /// <summary>Loads the library that belongs to a client program.</summary>
    /// <exception cref="ToolException"><c>ToolMissing</c>.</exception>
    public static Libpq Load(ClientTool neighbor)
    {
        var folder = Path.GetDirectoryName(neighbor.Path)!;
        string[] candidates = OperatingSystem.IsWindows()
            ? [Path.Combine(folder, "libpq.dll")]
            : OperatingSystem.IsMacOS()
                ? [Path.Combine(folder, "..", "lib", "libpq.5.dylib"), "libpq.5.dylib"]
                : [Path.Combine(folder, "..", "lib", "libpq.so.5"), "libpq.so.5"];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var library))
            {
                return new Libpq(library);
            }
        }

        throw new ToolException(
            ErrorCatalog.ToolMissing,
            $"The client library libpq was not found beside {neighbor.Path} or where the system keeps libraries.",
            new ErrorContext { Target = "libpq" });
    }

    [UnmanagedCallersOnly]
    private static void Drop(void* argument, byte* message)
    {
    }

    private nint Export(string name) => NativeLibrary.GetExport(library, name);
}
