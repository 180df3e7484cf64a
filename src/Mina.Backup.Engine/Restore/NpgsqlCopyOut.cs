using Npgsql;

namespace Mina.Backup.Engine.Restore;

/// <summary>Reads COPY output over a connection, without decoding it.</summary>
internal sealed class NpgsqlCopyOut : ICopyOut
{
    private readonly NpgsqlConnection connection;
    private readonly byte[] buffer = new byte[1 << 16];

    public NpgsqlCopyOut(NpgsqlConnection connection) => this.connection = connection;

    /// <inheritdoc/>
    public async Task ReadAsync(string copy, CopyOutHandler handler, CancellationToken cancellationToken)
    {
        // The reader's base stream gives the server's bytes as they are, in whatever encoding the COPY names.
        using var reader = (StreamReader)await connection.BeginTextExportAsync(copy, cancellationToken);
        var raw = reader.BaseStream;
        int count;
        while ((count = await raw.ReadAsync(buffer, cancellationToken)) > 0)
        {
            handler(buffer.AsSpan(0, count));
        }
    }
}
