using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Reads a backup file, ours or a foreign one: an OpenPGP message or none, compressed or plain text; told by content, not by name.
/// Decryption runs on one task, members of ours are decompressed in parallel and handed out in order.
/// </summary>
public sealed class ContainerReader : IAsyncDisposable
{
    private const int LookAhead = 512;
    private readonly HashingStream stored;
    private readonly ByteSource outer;
    private readonly ByteSource content;
    private readonly OpenPgpMessage? message;
    private readonly ContainerErrors errors;
    private readonly MemberCodec codec;
    private ContainerReadTotals? totals;
    private bool started;

    private ContainerReader(HashingStream stored, ByteSource outer, ByteSource content, OpenPgpMessage? message, MemberCodec codec, ContainerErrors errors)
    {
        this.stored = stored;
        this.outer = outer;
        this.content = content;
        this.message = message;
        this.codec = codec;
        this.errors = errors;
    }

    /// <summary>How the file is protected.</summary>
    public BackupEncryption Encryption => message?.Keys.Encryption ?? BackupEncryption.None;

    /// <summary>Key id of the recipient, 16 upper-case hexadecimal digits; null when there is none.</summary>
    public string? RecipientKeyId => message?.Keys.RecipientKeyId;

    /// <summary>How the content is compressed.</summary>
    public BackupCompression Compression => codec.Compression;

    /// <summary>What was read; only once <see cref="ReadBlocksAsync(CancellationToken)"/> has ended well.</summary>
    public ContainerReadTotals Totals => totals ?? throw new InvalidOperationException("The file was not read to its end.");

    /// <summary>Opens a file and takes ownership of the stream.</summary>
    /// <param name="stored">The stored bytes from the first one on.</param>
    /// <param name="keys">What opens it.</param>
    /// <param name="target">Name of the file for messages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IntegrityException">BackupEmpty, BackupTruncated, BackupCorrupt, BackupNotRecognized.</exception>
    /// <exception cref="EncryptionException">PassphraseMissing, PassphraseWrong, PrivateKeyMissing, PrivateKeyWrong.</exception>
    public static async Task<ContainerReader> OpenAsync(Stream stored, KeyRing keys, string target, CancellationToken cancellationToken)
    {
        var errors = new ContainerErrors(target);
        var hashing = new HashingStream(stored);
        try
        {
            var outer = new ByteSource(hashing);
            var start = await outer.PeekAsync(LookAhead, cancellationToken).ConfigureAwait(false);
            if (ContentDetector.Detect(start.Span, errors) is { } codec)
            {
                return new ContainerReader(hashing, outer, outer, null, codec, errors);
            }

            var message = await OpenPgpMessage.OpenAsync(outer, keys, errors, cancellationToken).ConfigureAwait(false);
            return await OpenContentAsync(hashing, outer, message, errors, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await hashing.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// The plain bytes in order; the caller disposes the blocks. A member of ours is one block. The sequence ends without a failure only
    /// when lengths, checksums and the OpenPGP integrity check were all compared; until then nothing that was handed out is proven.
    /// </summary>
    /// <exception cref="IntegrityException">BackupTruncated, BackupCorrupt.</exception>
    public IAsyncEnumerable<PlainBlock> ReadBlocksAsync(CancellationToken cancellationToken) => ReadBlocksAsync([], cancellationToken);

    /// <summary>
    /// The same, for who knows by an index where members end: uncompressed text does not tell. Members of other lengths than these, or of none,
    /// are then found and in the totals.
    /// </summary>
    /// <param name="pieces">Lengths of the members, in order; used for uncompressed text only.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<PlainBlock> ReadBlocksAsync(IReadOnlyList<int> pieces, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (started)
        {
            throw new InvalidOperationException("The file was read already.");
        }

        started = true;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var blocks = Channel.CreateBounded<Task<PlainBlock>>(new BoundedChannelOptions(Environment.ProcessorCount * 2) { SingleReader = true, SingleWriter = true });
        var producer = Task.Run(() => ProduceAsync(blocks.Writer, pieces, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var block in blocks.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return await block.ConfigureAwait(false);
            }

            await producer.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await producer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (blocks.Reader.TryRead(out var block))
            {
                await ((Task)block).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (block.IsCompletedSuccessfully)
                {
                    block.Result.Dispose();
                }
            }
        }
    }

    /// <summary>Closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        message?.Dispose();
        outer.Dispose();
        await stored.DisposeAsync().ConfigureAwait(false);
    }

    private static async ValueTask<ContainerReader> OpenContentAsync(
        HashingStream stored, ByteSource outer, OpenPgpMessage message, ContainerErrors errors, CancellationToken cancellationToken)
    {
        try
        {
            var content = new ByteSource(message.Content);
            var inner = await content.PeekAsync(LookAhead, cancellationToken).ConfigureAwait(false);
            return ContentDetector.Detect(inner.Span, errors) is { } codec
                ? new ContainerReader(stored, outer, content, message, codec, errors)
                : throw errors.NotRecognized("an OpenPGP message inside an OpenPGP message");
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private async Task ProduceAsync(ChannelWriter<Task<PlainBlock>> blocks, IReadOnlyList<int> pieces, CancellationToken cancellationToken)
    {
        try
        {
            var start = await content.PeekAsync(LookAhead, cancellationToken).ConfigureAwait(false);
            using var decoder = codec.CreateDecoder(new ContentInput(content, errors, pieces), start.Span);
            await decoder.DecodeAsync(blocks, cancellationToken).ConfigureAwait(false);
            if (message is not null)
            {
                await message.FinishAsync(cancellationToken).ConfigureAwait(false);
            }

            totals = new ContainerReadTotals
            {
                Members = decoder.Members,
                PlainLength = decoder.PlainLength,
                StoredLength = stored.Count,
                Sha256 = stored.Finish(),
            };
            blocks.Complete();
        }
        catch (Exception e)
        {
            // The consumer sees what came before the failure, then the failure.
            blocks.Complete(e);
            throw;
        }
    }
}
