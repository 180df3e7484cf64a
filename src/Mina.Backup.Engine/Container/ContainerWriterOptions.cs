using Mina.Backup.Model;

namespace Mina.Backup.Engine.Container;

/// <summary>How a <see cref="ContainerWriter"/> writes.</summary>
public sealed record ContainerWriterOptions
{
    /// <summary>How members are compressed.</summary>
    public BackupCompression Compression { get; init; }

    /// <summary>Level of the compression; null for its default.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>Members compressed at once.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>How the message is protected.</summary>
    public MessageProtection Protection { get; init; } = MessageProtection.None;

    /// <summary>Ring that remembers the message's key, so that the run can read back what it wrote.</summary>
    public required KeyRing Keys { get; init; }

    /// <summary>File name inside an OpenPGP message, what <c>gpg --use-embedded-filename</c> shows; at most 200 bytes of UTF-8.</summary>
    public string LiteralName { get; init; } = "";
}
