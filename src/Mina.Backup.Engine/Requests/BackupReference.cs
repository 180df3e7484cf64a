namespace Mina.Backup.Engine.Requests;

/// <summary>Names one backup.</summary>
/// <param name="Name">Its name, data file name, or full path of its data file.</param>
/// <param name="Location">Place that holds it; the default folders are searched when null.</param>
/// <param name="FileName">Its data file, where that is known: files of several backups may share a name. Null leaves the choice to the name.</param>
public sealed record BackupReference(string Name, string? Location = null, string? FileName = null);
