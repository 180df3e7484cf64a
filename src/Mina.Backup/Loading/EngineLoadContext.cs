using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Mina.Backup.Model;

namespace Mina.Backup.Loading;

/// <summary>
/// Holds the engine and its packages apart from everything else in the process. Modules share one default context, where the first
/// version of an assembly wins; here each dependency is the one that was built with, taken from <c>deps/</c>: from the folder in it that is
/// named after the platform, such as <c>linux-x64</c>, where the same assemblies may lie compiled ahead, else from itself.
/// </summary>
internal sealed class EngineLoadContext : AssemblyLoadContext
{
    private readonly IReadOnlyList<string> folders;

    /// <summary>Creates the context over a folder of assemblies.</summary>
    public EngineLoadContext(string folder)
        : base("Mina.Backup") => folders = [Path.Combine(folder, PlatformName), folder];

    private static string PlatformName
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // The public records must be the very types that PowerShell sees, whichever context holds them.
        var model = typeof(BackupInfo).Assembly;
        if (assemblyName.Name == model.GetName().Name)
        {
            return model;
        }

        return folders.Select(folder => Path.Combine(folder, assemblyName.Name + ".dll")).FirstOrDefault(File.Exists) is { } path
            ? LoadFromAssemblyPath(path)
            : null;
    }
}
