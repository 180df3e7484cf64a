using System.Reflection;

namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>Where the module lies, as shipped.</summary>
internal static class ShippedModule
{
    public static string Root { get; } = typeof(ShippedModule).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string Folder { get; } = Path.Combine(Root, "artifacts", "Mina.Backup");

    public static string Manifest { get; } = Path.Combine(Folder, "Mina.Backup.psd1");
}
