namespace Mina.Backup.Engine.Wal;

/// <summary>What became of a file on its way to the archive.</summary>
public enum WalPublicationOutcome
{
    /// <summary>The archive has it now.</summary>
    Published,

    /// <summary>The archive had the same content already.</summary>
    AlreadyThere,

    /// <summary>Another run is publishing it, or has taken it meanwhile.</summary>
    TakenByOther,
}

/// <summary>A file on its way to the archive.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="PlainSize">Bytes of its content.</param>
/// <param name="StoredSize">Bytes that it takes in the archive; 0 when nothing was written.</param>
public sealed record WalPublication(WalFileName Name, WalPublicationOutcome Outcome, long PlainSize, long StoredSize);
