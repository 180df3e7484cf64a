using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>A machine of one test: its own home, state and temporary folder, its own variables; removed afterwards.</summary>
public sealed class TestMachine : IDisposable
{
    private readonly Dictionary<string, string?> variables = new(StringComparer.Ordinal)
    {
        ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? string.Empty,
    };

    public TestMachine()
    {
        TestPrograms.AddTo(variables);
        Root = Directory.CreateTempSubdirectory("mina-test-").FullName;
        foreach (var folder in new[] { "home", "state", "tmp", "backups" })
        {
            Directory.CreateDirectory(Path.Combine(Root, folder));
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(BackupDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Environment = new HostEnvironment
        {
            Variable = name => variables.GetValueOrDefault(name),
            HomeDirectory = Path.Combine(Root, "home"),
            StateDirectory = Path.Combine(Root, "state"),
            TempDirectory = Path.Combine(Root, "tmp"),
        };
    }

    /// <summary>Folder of everything.</summary>
    public string Root { get; }

    /// <summary>A folder for backups, 0700.</summary>
    public string BackupDirectory => Path.Combine(Root, "backups");

    /// <summary>What the engine sees of the machine.</summary>
    public HostEnvironment Environment { get; }

    /// <summary>Sets a variable of this machine; null removes it.</summary>
    public TestMachine Set(string name, string? value)
    {
        if (value is null)
        {
            variables.Remove(name);
        }
        else
        {
            variables[name] = value;
        }

        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
