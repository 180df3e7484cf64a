using System.IO.Hashing;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Wal;

/// <summary>How a partial segment relates to another copy of it.</summary>
internal enum PartialRelation
{
    /// <summary>They hold the same.</summary>
    Same,

    /// <summary>It holds the other one and more.</summary>
    Longer,

    /// <summary>Neither.</summary>
    Different,
}

/// <summary>
/// A partial segment while its receiver writes it: log, then zeros to a segment's size. The end of the log is looked for first and from behind; the
/// receiver only appends, so all before it is there whenever it is read later. Reading forward instead could see a hole.
/// </summary>
internal sealed class PartialContent : IDisposable
{
    private const int BlockLength = WalPublisher.BlockLength;
    private readonly SafeFileHandle handle;
    private readonly string path;

    private PartialContent(SafeFileHandle handle, string path)
    {
        this.handle = handle;
        this.path = path;
        FileLength = RandomAccess.GetLength(handle);
        End = FindEnd();
    }

    /// <summary>Size of the file.</summary>
    public long FileLength { get; }

    /// <summary>Bytes up to the last one that is not zero.</summary>
    public long End { get; }

    /// <summary>Opens a file; null when it is gone.</summary>
    public static PartialContent? Open(string path) => StorageErrors.Translate(path, "read", () =>
    {
        try
        {
            return new PartialContent(FileAccessRules.OpenRead(path), path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    });

    /// <summary>Hash of the first bytes.</summary>
    public async Task<UInt128> HashAsync(long length, CancellationToken cancellationToken)
    {
        var hash = new XxHash128();
        using var block = PlainBlock.Rent(BlockLength);
        for (var offset = 0L; offset < length; offset += BlockLength)
        {
            var part = block.Buffer.AsMemory(0, (int)Math.Min(BlockLength, length - offset));
            await ReadAsync(part, offset, cancellationToken);
            hash.Append(part.Span);
        }

        return hash.GetCurrentHashAsUInt128();
    }

    /// <summary>The content in blocks, which the caller disposes: log up to <see cref="End"/>, then zeros to the file's size.</summary>
    public async IAsyncEnumerable<PlainBlock> BlocksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var offset = 0L; offset < FileLength; offset += BlockLength)
        {
            var block = PlainBlock.Rent(BlockLength);
            block.Length = (int)Math.Min(BlockLength, FileLength - offset);
            var log = (int)Math.Clamp(End - offset, 0, block.Length);
            await ReadAsync(block.Buffer.AsMemory(0, log), offset, cancellationToken);
            block.Buffer.AsSpan(log, block.Length - log).Clear();
            yield return block;
        }
    }

    /// <summary>Compares with another copy of the segment.</summary>
    public async Task<PartialRelation> RelateAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> other, CancellationToken cancellationToken)
    {
        using var block = PlainBlock.Rent(BlockLength);
        var offset = 0L;
        var differs = false;
        await foreach (var theirs in other.WithCancellation(cancellationToken))
        {
            var rest = theirs;
            while (!rest.IsEmpty)
            {
                var ours = block.Buffer.AsMemory(0, Math.Min(BlockLength, rest.Length));
                ours.Span.Clear();
                var log = (int)Math.Clamp(End - offset, 0, ours.Length);
                await ReadAsync(ours[..log], offset, cancellationToken);
                var same = differs ? 0 : ours.Span.CommonPrefixLength(rest.Span[..ours.Length]);
                differs |= same < ours.Length;
                // From the first difference on, the other copy must have ended.
                if (rest.Span[same..ours.Length].ContainsAnyExcept((byte)0))
                {
                    return PartialRelation.Different;
                }

                offset += ours.Length;
                rest = rest[ours.Length..];
            }
        }

        return differs ? PartialRelation.Longer : PartialRelation.Same;
    }

    public void Dispose() => handle.Dispose();

    private long FindEnd()
    {
        var buffer = new byte[BlockLength];
        for (var end = FileLength; end > 0;)
        {
            var start = (end - 1) / BlockLength * BlockLength;
            var part = buffer.AsSpan(0, (int)(end - start));
            var read = RandomAccess.Read(handle, part, start);
            var last = part[..read].LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
            {
                return start + last + 1;
            }

            end = start;
        }

        return 0;
    }

    private async Task ReadAsync(Memory<byte> part, long offset, CancellationToken cancellationToken)
    {
        for (var done = 0; done < part.Length;)
        {
            var read = await StorageErrors.TranslateAsync(path, "read", () => RandomAccess.ReadAsync(handle, part[done..], offset + done, cancellationToken));
            done += read > 0 ? read : throw WalErrors.Invalid(path, "it became shorter while it was read");
        }
    }
}
