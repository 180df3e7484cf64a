namespace Mina.Backup.Engine.Restore;

/// <summary>
/// A session that takes rows. Its calls block, on the thread that makes them: a task for every few KB that a socket takes costs more than the sending.
/// What the server refuses is a <see cref="Npgsql.PostgresException"/>.
/// </summary>
internal interface ICopyIn
{
    /// <summary>Runs a statement without a result.</summary>
    void Execute(string sql);

    /// <summary>Starts a <c>COPY ... FROM STDIN</c>.</summary>
    void Begin(string copy);

    /// <summary>Sends raw bytes of its input, cut anywhere.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the COPY; its rows are in when this returns.</summary>
    void Complete();

    /// <summary>Gives a COPY up, so that the server keeps none of its rows. Never throws; the session may be lost with it.</summary>
    void Cancel();
}
