using System.Security.Cryptography;

namespace Mina.Backup.Engine.Container;

/// <summary>The last stage of writing: counts and hashes what is stored.</summary>
internal sealed class StoredSink(Stream destination) : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Length { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        hash.AppendData(bytes.Span);
        Length += bytes.Length;
        await destination.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    public string Finish() => Convert.ToHexStringLower(hash.GetHashAndReset());

    public void Dispose() => hash.Dispose();
}
