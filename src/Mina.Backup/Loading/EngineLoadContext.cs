using System.Reflection;
using System.Runtime.Loader;
using Mina.Backup.Model;

namespace Mina.Backup.Loading;

/// <summary>
/// Holds the engine and its packages apart from everything else in the process. Modules share one default context, where the first
/// version of an assembly wins; here each dependency is the one that was built with, taken from <c>deps/</c>.
/// </summary>
internal sealed class EngineLoadContext : AssemblyLoadContext
{
    private readonly string folder;

    /// <summary>Creates the context over a folder of assemblies.</summary>
    public EngineLoadContext(string folder)
        : base("Mina.Backup") => this.folder = folder;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // The public records must be the very types that PowerShell sees, whichever context holds them.
        var model = typeof(BackupInfo).Assembly;
        if (assemblyName.Name == model.GetName().Name)
        {
            return model;
        }

        var path = Path.Combine(folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
