using Mina.Backup.Engine.Wal;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// Copies complete segments that lie plain in the spool. The copy shares its blocks with the original where the file system can (FICLONE on Linux,
/// clonefile on macOS: <see cref="File.Copy(string, string)"/> tries them first), and is made by the kernel elsewhere.
/// </summary>
internal static class SpooledSegment
{
    /// <summary>Copies a segment and judges the copy; false when the file is none, or left the spool meanwhile.</summary>
    /// <exception cref="IntegrityException">It is not the WAL that its name says.</exception>
    public static async Task<bool> TryCopyAsync(WalArchive archive, WalFile file, string path, CancellationToken cancellationToken)
    {
        if (file.Source != WalFileSource.Spool || file.Name.Kind != WalFileKind.Segment)
        {
            return false;
        }

        var address = archive.AddressOf(file);
        try
        {
            File.Copy(address, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It was moved to the archive between the look and the copy.
            return false;
        }

        var descriptor = await archive.DescribeAsync(cancellationToken);
        var head = new byte[WalPageHeader.Length];
        await using var copy = new FileStream(path, FileMode.Open, FileAccess.Read);
        await copy.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        new WalContentCheck(file.Name, address, descriptor).Append(head);
        var expected = WalPageHeader.Read(head)!.SegmentSize;
        return copy.Length == expected
            ? true
            : throw WalErrors.Invalid(address, FormattableString.Invariant($"it has {copy.Length} bytes, and a segment of this cluster has {expected}"));
    }
}
