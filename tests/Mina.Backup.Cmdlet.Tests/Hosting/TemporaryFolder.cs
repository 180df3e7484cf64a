namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>A folder of this user alone that is removed afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mina-cmdlet-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
