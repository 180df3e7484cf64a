using System.Text;

namespace Mina.Backup.Engine.Restore;

/// <summary>Reads the rows of a small COPY output whose fields need no unescaping.</summary>
internal static class TextRows
{
    /// <summary>Runs the COPY and returns its rows, each split into its fields.</summary>
    public static async Task<IReadOnlyList<string[]>> ReadAsync(ICopyOut session, string copy, CancellationToken cancellationToken)
    {
        var bytes = new List<byte>();
        await session.ReadAsync(copy, portion => bytes.AddRange(portion), cancellationToken);
        return [.. Encoding.UTF8.GetString(bytes.ToArray())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t'))];
    }
}
