namespace Mina.Backup.Engine.Restore;

/// <summary>Takes raw bytes of a COPY's output.</summary>
internal delegate void CopyOutHandler(ReadOnlySpan<byte> bytes);

/// <summary>A session that can print rows: an Npgsql connection to the copy, or the one psql session of an in-place restore.</summary>
internal interface ICopyOut
{
    /// <summary>Runs a <c>COPY ... TO STDOUT</c> and hands over its raw output in portions cut anywhere.</summary>
    Task ReadAsync(string copy, CopyOutHandler handler, CancellationToken cancellationToken);
}
