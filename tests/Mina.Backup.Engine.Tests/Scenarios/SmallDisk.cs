namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>A file system of a few megabytes, mounted for one scenario; only root may mount.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Mounts one, or skips the test where that is not allowed.</summary>
    public static async Task<SmallDisk> MountAsync(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        var result = await Programs.TryAsync("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m,mode=0755", "tmpfs", path]);
        if (result.ExitCode != 0)
        {
            Directory.Delete(path);
        }

        Assert.SkipWhen(result.ExitCode != 0, "A small file system cannot be mounted here: " + result.Errors);
        return new SmallDisk(path);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Programs.RunAsync("umount", ["-l", Path]);
        Directory.Delete(Path);
    }
}
