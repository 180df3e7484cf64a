namespace Mina.Backup.Console;

/// <summary>Finds the module that belongs to this console.</summary>
internal static class ModuleLocator
{
    private const string ManifestName = "Mina.Backup.psd1";

    /// <summary>
    /// Path of the manifest: what <c>MINA_MODULE_PATH</c> names (a folder or a manifest; it must exist), else the folder beside the
    /// console's; null where there is none, as before the first build.
    /// </summary>
    /// <exception cref="FileNotFoundException">The variable names something that is not there.</exception>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("MINA_MODULE_PATH") is { Length: > 0 } given)
        {
            var manifest = given.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase) ? given : Path.Combine(given, ManifestName);
            return File.Exists(manifest)
                ? Path.GetFullPath(manifest)
                : throw new FileNotFoundException($"MINA_MODULE_PATH names {given}, and {manifest} does not exist. Correct or unset it.");
        }

        var beside = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "Mina.Backup", ManifestName));
        return File.Exists(beside) ? beside : null;
    }
}
