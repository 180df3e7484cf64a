using System.Reflection;
using System.Runtime.Loader;

namespace Mina.Backup.Loading;

/// <summary>Answers the default context's question for the engine, and for nothing else, from the private one.</summary>
internal static class EngineResolver
{
    private const string EngineName = "Mina.Backup.Engine";

    private static readonly EngineLoadContext Context = new(
        Path.Combine(Path.GetDirectoryName(typeof(EngineResolver).Assembly.Location)!, "deps"));

    // A type initializer runs once per process however often the module is imported, and the assembly is never unloaded.
    static EngineResolver() => AssemblyLoadContext.Default.Resolving += Resolve;

    /// <summary>Makes sure that the question is answered.</summary>
    public static void Attach() => _ = Context.Name;

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == EngineName ? Context.LoadFromAssemblyName(name) : null;
}
