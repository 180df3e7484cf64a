namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>A way to have a server send a base backup.</summary>
internal interface IBaseSource
{
    /// <summary>Has it sent, archive by archive; the one of the data directory ends with the server's manifest.</summary>
    /// <exception cref="Model.MinaException">The server or the connection failed; what the sink took is worthless.</exception>
    Task RunAsync(IBaseSink sink, CancellationToken cancellationToken);
}

/// <summary>Takes the archives of a base backup, one after the other.</summary>
internal interface IBaseSink
{
    /// <summary>An archive begins.</summary>
    /// <param name="tablespace">Its tablespace; null for the data directory.</param>
    /// <param name="path">Where the tablespace is on the source.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask BeginAsync(uint? tablespace, string? path, CancellationToken cancellationToken);

    /// <summary>More bytes of the tar.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>The archive is complete.</summary>
    ValueTask EndAsync(CancellationToken cancellationToken);
}
