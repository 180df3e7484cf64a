using System.Buffers.Binary;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>Rows of one table in the order of its key, as binary COPY sends them; one row at a time is in memory.</summary>
internal sealed class RowStream : IAsyncDisposable
{
    private const int HeaderLength = 19;
    private const int LeastRead = 64 << 10;
    private static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0];
    private readonly NpgsqlRawCopyStream stream;
    private readonly int keys;
    private readonly int[] keyOffsets;
    private byte[] buffer = new byte[256 << 10];
    private int start;
    private int filled;
    private int rowEnd;
    private int payload;

    private RowStream(NpgsqlRawCopyStream stream, int keys)
    {
        this.stream = stream;
        this.keys = keys;
        keyOffsets = new int[keys + 1];
    }

    /// <summary>Rows read so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Whether a row is there.</summary>
    public bool HasRow { get; private set; }

    /// <summary>The row's fields behind those of the key, as they are: each its length in four bytes, then its bytes.</summary>
    public ReadOnlySpan<byte> Payload => buffer.AsSpan(payload, rowEnd - payload);

    /// <summary>Starts a query whose first columns are the key and whose last ones are the row.</summary>
    public static async Task<RowStream> OpenAsync(NpgsqlConnection connection, string query, int keys, CancellationToken cancellationToken)
    {
        var stream = await connection.BeginRawBinaryCopyAsync($"COPY ({query}) TO STDOUT (FORMAT binary)", cancellationToken);
        var rows = new RowStream(stream, keys);
        if (!await rows.FillAsync(HeaderLength, cancellationToken) || !rows.buffer.AsSpan(0, Signature.Length).SequenceEqual(Signature))
        {
            throw new InvalidDataException("The server did not begin a binary COPY as it should.");
        }

        rows.start = HeaderLength + BinaryPrimitives.ReadInt32BigEndian(rows.buffer.AsSpan(15));
        return rows;
    }

    /// <summary>A part of the row's key.</summary>
    public ReadOnlySpan<byte> Key(int index) => buffer.AsSpan(keyOffsets[index] + 4, FieldLength(keyOffsets[index]));

    /// <summary>Goes to the next row; false behind the last one.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        start = HasRow ? rowEnd : start;
        HasRow = false;
        while (true)
        {
            var needed = TryTake();
            if (needed == 0)
            {
                break;
            }

            if (!await FillAsync(needed, cancellationToken))
            {
                throw new InvalidDataException("The server's binary COPY ended within a row.");
            }
        }

        if (rowEnd < 0)
        {
            return false;
        }

        HasRow = true;
        Rows++;
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private int FieldLength(int offset) => Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(offset)));

    /// <summary>Finds the ends of the next row; otherwise says how many bytes of it must be there to go on. <c>rowEnd</c> is -1 behind the last row.</summary>
    private int TryTake()
    {
        if (filled - start < 2)
        {
            return 2;
        }

        int fields = BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(start));
        if (fields < 0)
        {
            rowEnd = -1;
            return 0;
        }

        var offset = start + 2;
        for (var field = 0; field < fields; field++)
        {
            if (field <= keys)
            {
                keyOffsets[field] = offset;
            }

            if (filled - offset < 4)
            {
                return offset + 4 - start;
            }

            offset += 4 + FieldLength(offset);
            if (offset > filled)
            {
                return offset - start;
            }
        }

        payload = fields > keys ? keyOffsets[keys] : offset;
        rowEnd = offset;
        return 0;
    }

    private async ValueTask<bool> FillAsync(int needed, CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            Buffer.BlockCopy(buffer, start, buffer, 0, filled - start);
            filled -= start;
            start = 0;
        }

        if (needed + LeastRead > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(needed + LeastRead, buffer.Length * 2));
        }

        while (filled < needed)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (count == 0)
            {
                return false;
            }

            filled += count;
        }

        return true;
    }
}
