using System.Threading.Channels;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// Writes plain blocks as members, in order, inside an OpenPGP message when protected. Compression runs on
/// <see cref="ContainerWriterOptions.Workers"/> tasks, encryption and writing on another; at most twice as many blocks as there
/// are workers wait. A failure of the destination surfaces from the next call. One caller at a time.
/// </summary>
public sealed class ContainerWriter : IAsyncDisposable
{
    private readonly MemberCodec codec;
    private readonly int? level;
    private readonly StoredSink sink;
    private readonly MessageEnvelope envelope;
    private readonly SemaphoreSlim slots;
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<Job> work = Channel.CreateUnbounded<Job>();
    private readonly Channel<Job> order = Channel.CreateUnbounded<Job>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<MemberLocation> members = [];
    private readonly Task[] workers;
    private readonly Task pump;
    private long plainLength;
    private long contentLength;
    private bool any;
    private bool disposed;

    /// <summary>Starts a file. Nothing is written before the first block; the destination stays open.</summary>
    public ContainerWriter(Stream destination, ContainerWriterOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Workers, 1, nameof(options));
        codec = MemberCodec.For(options.Compression);
        level = codec.LevelFor(options.CompressionLevel);
        sink = new StoredSink(destination);
        envelope = options.Protection.CreateEnvelope(sink, options.Keys, options.LiteralName);
        slots = new SemaphoreSlim(options.Workers * 2);
        workers = [.. Enumerable.Range(0, options.Workers).Select(_ => Task.Run(CompressAsync))];
        pump = Task.Run(PumpAsync);
    }

    /// <summary>Adds a block as one member and takes ownership of it. Waits while too many blocks are under way.</summary>
    public async ValueTask WriteAsync(PlainBlock block, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        try
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(block.Length, codec.MaxPlainLength, nameof(block));
            await WaitForSlotAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            block.Dispose();
            throw;
        }

        any = true;
        var job = new Job(block);
        order.Writer.TryWrite(job);
        work.Writer.TryWrite(job);
    }

    /// <summary>Like <see cref="WriteAsync"/>, for callers that have a thread to themselves.</summary>
    public void Write(PlainBlock block, CancellationToken cancellationToken)
    {
        var writing = WriteAsync(block, cancellationToken);
        if (!writing.IsCompletedSuccessfully)
        {
            writing.AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Writes what is still under way and the message's end. Content of no block at all becomes one empty member.</summary>
    public async ValueTask<ContainerTotals> CompleteAsync(CancellationToken cancellationToken)
    {
        if (!any)
        {
            await WriteAsync(PlainBlock.Rent(1), cancellationToken).ConfigureAwait(false);
        }

        work.Writer.TryComplete();
        order.Writer.TryComplete();
        await pump.WaitAsync(cancellationToken).ConfigureAwait(false);
        await envelope.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return new ContainerTotals
        {
            Members = members,
            PlainLength = plainLength,
            ContentLength = contentLength,
            StoredLength = sink.Length,
            Sha256 = sink.Finish(),
        };
    }

    /// <summary>Stops what is under way. Without <see cref="CompleteAsync"/> before it the file is incomplete.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        await stop.CancelAsync().ConfigureAwait(false);
        work.Writer.TryComplete();
        order.Writer.TryComplete();
        await Task.WhenAll([.. workers, pump]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (order.Reader.TryRead(out var job))
        {
            job.Discard();
        }

        envelope.Dispose();
        sink.Dispose();
        slots.Dispose();
        stop.Dispose();
    }

    private async ValueTask WaitForSlotAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stop.Token);
        try
        {
            await slots.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The pump failed and stopped everything: its failure is the one to report.
            await pump.ConfigureAwait(false);
            throw;
        }
    }

    private async Task CompressAsync()
    {
        using var packer = codec.CreatePacker(level);
        await foreach (var job in work.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (stop.IsCancellationRequested)
            {
                job.Discard();
                continue;
            }

            try
            {
                job.Done.SetResult(packer.Pack(job.Block));
            }
            catch (Exception e)
            {
                job.Done.SetException(e);
            }

            job.Block.Dispose();
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var job in order.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                using var member = await job.Done.Task.WaitAsync(stop.Token).ConfigureAwait(false);
                await envelope.WriteAsync(member.Memory, stop.Token).ConfigureAwait(false);
                members.Add(new MemberLocation(contentLength, member.Length, member.PlainLength, member.Sha256));
                contentLength += member.Length;
                plainLength += member.PlainLength;
                slots.Release();
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A block on its way to a member.</summary>
    private sealed class Job(PlainBlock block)
    {
        public PlainBlock Block { get; } = block;

        public TaskCompletionSource<PackedMember> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Gives both buffers back, whether or not the block was compressed already.</summary>
        public void Discard()
        {
            Block.Dispose();
            if (Done.Task.IsCompletedSuccessfully)
            {
                Done.Task.Result.Dispose();
            }
            else
            {
                Done.TrySetCanceled();
            }
        }
    }
}
