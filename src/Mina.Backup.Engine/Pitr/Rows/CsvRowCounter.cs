namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>Counts the lines of a CSV file, those within quotes not.</summary>
internal sealed class CsvRowCounter
{
    private bool quoted;

    /// <summary>Lines that have ended, the header's included.</summary>
    public long Lines { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        int place;
        while ((place = bytes.IndexOfAny((byte)'"', (byte)'\n')) >= 0)
        {
            // A doubled quote within quotes ends and begins them again.
            quoted ^= bytes[place] == '"';
            Lines += bytes[place] == '\n' && !quoted ? 1 : 0;
            bytes = bytes[(place + 1)..];
        }
    }
}
