namespace Mina.Backup.Cmdlet.Tests.Console;

/// <summary>A script in a folder of its own, removed with it.</summary>
internal sealed class ScriptFile : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mina script ");

    public ScriptFile(string text)
    {
        Path = System.IO.Path.Combine(folder.FullName, "a script's name.ps1");
        File.WriteAllText(Path, text);
    }

    public string Path { get; }

    public void Dispose() => folder.Delete(recursive: true);
}
