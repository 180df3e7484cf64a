using System.Runtime.CompilerServices;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>
/// Which PostgreSQL the tests are about: that of <c>MINA_PG_BIN</c> where the variable is set at the start, else the installed one. It counts for the
/// engine and for the programs that tests start beside it.
/// </summary>
internal static class TestPrograms
{
    private const string Name = "MINA_PG_BIN";

    /// <summary>The folder named at the start; null without.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable(Name) is { Length: > 0 } folder ? folder : null;

    /// <summary>Adds the folder to the variables of a test's own machine.</summary>
    public static void AddTo(IDictionary<string, string?> variables)
    {
        if (Folder is not null)
        {
            variables[Name] = Folder;
        }
    }

    // psql and pg_dump, as tests start them, come from the same folder.
    [ModuleInitializer]
    internal static void PutFirst()
    {
        if (Folder is not null)
        {
            Environment.SetEnvironmentVariable("PATH", Folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"));
        }
    }
}
