using System.Buffers.Text;

namespace Mina.Backup.Engine.Wal.Transactions;

/// <summary>Reads a file by its path within the data directory, as <c>base/5/16384</c> or <c>pg_tblspc/16500/PG_15_202209061/5/16384</c>.</summary>
internal static class RelationPath
{
    /// <summary>Reads a path up to a blank, <c>;</c> or the end; false for a temporary table's file and for other forks than the main one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out RelationFile file)
    {
        file = default;
        var stop = text.IndexOfAny((byte)' ', (byte)';', (byte)',');
        var path = stop < 0 ? text : text[..stop];
        if (TrySkip(ref path, "base/"u8))
        {
            return TryReadBelow(path, RelationFile.DefaultTablespace, out file);
        }

        if (TrySkip(ref path, "global/"u8))
        {
            if (!TryReadNumber(path, out var shared))
            {
                return false;
            }

            file = new RelationFile(RelationFile.GlobalTablespace, 0, shared);
            return true;
        }

        if (!TrySkip(ref path, "pg_tblspc/"u8) || !Utf8Parser.TryParse(path, out uint tablespace, out var used) || used == path.Length)
        {
            return false;
        }

        var version = path[(used + 1)..];
        var slash = version.IndexOf((byte)'/');
        return slash >= 0 && TryReadBelow(version[(slash + 1)..], tablespace, out file);
    }

    private static bool TryReadBelow(ReadOnlySpan<byte> path, uint tablespace, out RelationFile file)
    {
        file = default;
        var slash = path.IndexOf((byte)'/');
        if (slash < 0 || !TryReadNumber(path[..slash], out var database) || !TryReadNumber(path[(slash + 1)..], out var filenode))
        {
            return false;
        }

        file = new RelationFile(tablespace, database, filenode);
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix)
    {
        if (!text.StartsWith(prefix))
        {
            return false;
        }

        text = text[prefix.Length..];
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, out uint number) =>
        Utf8Parser.TryParse(text, out number, out var used) && used == text.Length;
}
