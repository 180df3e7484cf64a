using System.Security.Cryptography;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Catalog;

/// <summary>What can be told of a stored file without a key: size, hash and, for an OpenPGP message, its structure.</summary>
/// <param name="Size">Size in bytes.</param>
/// <param name="Sha256">Lowercase hexadecimal SHA-256.</param>
/// <param name="Problem">What is wrong with the packets; null when nothing is or the file is not such a message.</param>
internal sealed record StoredFileCheck(long Size, string Sha256, StructureProblem? Problem)
{
    private const int BufferSize = 1 << 18;

    /// <summary>Reads the file from first to last byte.</summary>
    public static async Task<StoredFileCheck> ReadAsync(
        IBackupStore store,
        string fileName,
        bool encrypted,
        CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(fileName, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var structure = new OpenPgpStructure();
        var buffer = new byte[BufferSize];
        long size = 0;
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, count);
            if (encrypted)
            {
                structure.Append(buffer.AsSpan(0, count));
            }

            size += count;
        }

        return new StoredFileCheck(size, Convert.ToHexStringLower(hash.GetHashAndReset()), encrypted ? structure.Complete() : null);
    }
}
