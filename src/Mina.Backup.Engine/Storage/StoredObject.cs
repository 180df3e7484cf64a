namespace Mina.Backup.Engine.Storage;

/// <summary>An object in a backup place.</summary>
/// <param name="Name">Its name within the place, without separators.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="ModifiedAt">Last change, UTC.</param>
public sealed record StoredObject(string Name, long Size, DateTimeOffset ModifiedAt);
