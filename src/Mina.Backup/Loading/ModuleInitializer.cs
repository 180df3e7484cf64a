using System.Management.Automation;

namespace Mina.Backup.Loading;

/// <summary>Runs when PowerShell imports the module, before any cmdlet.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    /// <inheritdoc/>
    public void OnImport() => EngineResolver.Attach();
}
