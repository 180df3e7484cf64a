using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>A file name taken apart.</summary>
/// <param name="FileName">The whole file name.</param>
/// <param name="Name">Name of the backup that it belongs to.</param>
/// <param name="Kind">What the file is to that backup.</param>
/// <param name="Compression">The compression that the name promises.</param>
/// <param name="Encrypted">Whether the name promises an OpenPGP message.</param>
public sealed record BackupFileName(string FileName, string Name, BackupFileKind Kind, BackupCompression Compression, bool Encrypted);
