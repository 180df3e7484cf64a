using BenchmarkDotNet.Attributes;
using Mina.Backup.Engine.Container;

namespace Mina.Backup.Benchmarks.Micro;

/// <summary>The OpenPGP envelope both ways, hashing of the stored bytes included. The stretching of the passphrase is left out: it is the same for every size.</summary>
public class EnvelopeBenchmarks : IDisposable
{
    private readonly byte[] buffer = new byte[128 << 10];
    private KeyRing keys = null!;
    private byte[] noise = [];
    private byte[] stored = [];
    private StoredSink? sink;
    private MessageEnvelope? envelope;
    private ContainerErrors errors = null!;

    /// <summary>Makes the samples.</summary>
    [GlobalSetup]
    public async Task PrepareAsync()
    {
        keys = MicroSample.Ring();
        errors = new ContainerErrors("sample");
        noise = MicroSample.Noise();
        using var written = new MemoryStream();
        using var target = new StoredSink(written);
        using var message = MicroSample.Protection().CreateEnvelope(target, keys, "sample");
        await WriteAsync(message);
        stored = written.ToArray();
    }

    /// <summary>Stretches the passphrase.</summary>
    [IterationSetup(Target = nameof(EncryptAsync))]
    public void Open()
    {
        sink = new StoredSink(Stream.Null);
        envelope = MicroSample.Protection().CreateEnvelope(sink, keys, "sample");
    }

    /// <summary>Ends a message.</summary>
    [IterationCleanup(Target = nameof(EncryptAsync))]
    public void Close()
    {
        envelope!.Dispose();
        sink!.Dispose();
    }

    /// <summary>Encrypts and hashes.</summary>
    [Benchmark]
    public async Task<string> EncryptAsync()
    {
        await WriteAsync(envelope!);
        return sink!.Finish();
    }

    /// <summary>Hashes and decrypts; the ring remembers the key.</summary>
    [Benchmark]
    public async Task<string> DecryptAsync()
    {
        await using var hashing = new HashingStream(new MemoryStream(stored));
        using var source = new ByteSource(hashing);
        using var message = await OpenPgpMessage.OpenAsync(source, keys, errors, CancellationToken.None);
        while (await message.Content.ReadAsync(buffer) > 0)
        {
            // Content is thrown away: what follows it in a backup is another stage.
        }

        await message.FinishAsync(CancellationToken.None);
        return hashing.Finish();
    }

    /// <summary>Forgets the keys.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        envelope?.Dispose();
        sink?.Dispose();
        keys.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task WriteAsync(MessageEnvelope target)
    {
        for (var at = 0; at < noise.Length; at += MicroSample.BlockLength)
        {
            await target.WriteAsync(noise.AsMemory(at, MicroSample.BlockLength), CancellationToken.None);
        }

        await target.CompleteAsync(CancellationToken.None);
    }
}
