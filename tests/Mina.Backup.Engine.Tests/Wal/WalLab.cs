using System.Buffers.Binary;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Wal;

namespace Mina.Backup.Engine.Tests.Wal;

/// <summary>An archive and a spool in a folder of their own, and segments that look like PostgreSQL's, 1 MiB each.</summary>
internal sealed class WalLab : IDisposable
{
    public const string Passphrase = "pass phrase with ünïcödé";
    public const ulong SystemIdentifier = 7_000_000_000_000_000_001;
    public const int SegmentSize = 1 << 20;

    private readonly List<IDisposable> held = [];

    public WalLab()
    {
        Root = Directory.CreateTempSubdirectory("mina-wal-").FullName;
        Spool = new WalSpool(Path.Combine(Root, "archive.spool"));
        Directory.CreateDirectory(Spool.Folder);
        Store = new DirectoryStore(Path.Combine(Root, "archive", "wal"));
    }

    public static WalGeometry Geometry { get; } = new(SegmentSize);

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string Root { get; }

    public WalSpool Spool { get; }

    public DirectoryStore Store { get; }

    public KeyRing Ring(string? passphrase = Passphrase)
    {
        var ring = KeyRing.Create(
            new KeyRequest { Passphrase = passphrase is null ? null : new Secret(passphrase) },
            new HostEnvironment { Variable = _ => null, HomeDirectory = Root, TempDirectory = Root, StateDirectory = Root });
        held.Add(ring);
        return ring;
    }

    public WalArchive Archive(string? passphrase = Passphrase) => new(Store, Spool, Ring(passphrase));

    public ContainerWriterOptions Options(bool encrypted = true, string passphrase = Passphrase)
    {
        var secret = new Secret(passphrase);
        held.Add(secret);
        return new ContainerWriterOptions
        {
            CompressionLevel = 1,
            Workers = 1,
            Protection = encrypted ? MessageProtection.FromPassphrase(secret) : MessageProtection.None,
            Keys = Ring(passphrase),
        };
    }

    public WalPublisher Publisher(bool encrypted = true) => new(Store, Spool, Archive(), Options(encrypted));

    /// <summary>A segment whose header is right, followed by bytes of its own.</summary>
    public static byte[] Segment(WalSegmentName name, int seed = 1, ulong system = SystemIdentifier)
    {
        var bytes = new byte[SegmentSize];
        new Random(HashCode.Combine(seed, name.High, name.Low)).NextBytes(bytes.AsSpan(0, SegmentSize / 4));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, 0xD110);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), name.Timeline);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), Geometry.StartOf(name).Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), system);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), SegmentSize);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(36), 8192);
        return bytes;
    }

    public WalFile Put(string name, byte[] content)
    {
        File.WriteAllBytes(Spool.PathOf(name), content);
        return Spool.Find(WalFileName.Parse(name)!)!;
    }

    public WalFile PutSegment(WalSegmentName name, int seed = 1) => Put(name.ToString(), Segment(name, seed));

    /// <summary>Publishes segments and removes them from the spool.</summary>
    public async Task PublishAsync(bool encrypted, params WalSegmentName[] names)
    {
        var files = names.Select(name => PutSegment(name)).ToList();
        var publisher = Publisher(encrypted);
        await publisher.PrepareAsync(Cancel);
        foreach (var file in files)
        {
            Assert.Equal(WalPublicationOutcome.Published, (await publisher.PublishAsync(file, Cancel)).Outcome);
            Assert.True(Spool.Remove(file));
        }
    }

    public void Dispose()
    {
        held.ForEach(item => item.Dispose());
        Directory.Delete(Root, recursive: true);
    }
}
