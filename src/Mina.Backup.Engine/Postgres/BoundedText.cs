using System.Text;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Reads a text of any length to its end and keeps its beginning and its end.</summary>
internal sealed class BoundedText(int limit)
{
    private readonly StringBuilder head = new();
    private readonly StringBuilder tail = new();
    private bool cut;

    /// <summary>Reads to the end.</summary>
    public async Task<string> ReadAllAsync(TextReader reader)
    {
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            Append(buffer.AsSpan(0, read));
        }

        return cut ? $"{head}\n[...]\n{tail}" : $"{head}{tail}";
    }

    private void Append(ReadOnlySpan<char> text)
    {
        var room = Math.Min(limit - head.Length, text.Length);
        head.Append(text[..room]);
        tail.Append(text[room..]);
        if (tail.Length > limit)
        {
            tail.Remove(0, tail.Length - limit);
            cut = true;
        }
    }
}
