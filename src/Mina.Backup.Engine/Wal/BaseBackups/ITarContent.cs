namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>Takes what a <see cref="TarScanner"/> finds, in order.</summary>
internal interface ITarContent
{
    /// <summary>An entry begins.</summary>
    void Begin(TarEntry entry);

    /// <summary>More of its content.</summary>
    void Content(ReadOnlySpan<byte> bytes);

    /// <summary>It is complete.</summary>
    void End(TarEntry entry);
}
