using BenchmarkDotNet.Attributes;
using Mina.Backup.Engine.Container;

namespace Mina.Backup.Benchmarks.Micro;

/// <summary>The gzip stage both ways, with one worker and without encryption.</summary>
public class CompressionBenchmarks
{
    private byte[] dump = [];
    private byte[] stored = [];

    /// <summary>Deflate level.</summary>
    [Params(1, 6)]
    public int Level { get; set; }

    /// <summary>Makes the samples.</summary>
    [GlobalSetup]
    public async Task PrepareAsync()
    {
        dump = MicroSample.Dump();
        using var written = new MemoryStream();
        await WriteAsync(written);
        stored = written.ToArray();
    }

    /// <summary>Compresses members.</summary>
    [Benchmark]
    public Task<long> CompressAsync() => WriteAsync(Stream.Null);

    /// <summary>Finds and inflates members, with as many workers as there are cores.</summary>
    [Benchmark]
    public async Task<long> DecompressAsync()
    {
        using var keys = MicroSample.Ring();
        await using var reader = await ContainerReader.OpenAsync(new MemoryStream(stored), keys, "sample", CancellationToken.None);
        var length = 0L;
        await foreach (var block in reader.ReadBlocksAsync(CancellationToken.None))
        {
            length += block.Length;
            block.Dispose();
        }

        return length;
    }

    private async Task<long> WriteAsync(Stream target)
    {
        using var keys = MicroSample.Ring();
        await using var writer = new ContainerWriter(target, new ContainerWriterOptions { Keys = keys, CompressionLevel = Level, Workers = 1 });
        for (var at = 0; at < dump.Length; at += MicroSample.BlockLength)
        {
            var block = PlainBlock.Rent(MicroSample.BlockLength);
            dump.AsSpan(at, MicroSample.BlockLength).CopyTo(block.Buffer);
            block.Length = MicroSample.BlockLength;
            await writer.WriteAsync(block, CancellationToken.None);
        }

        return (await writer.CompleteAsync(CancellationToken.None)).StoredLength;
    }
}
