using System.Diagnostics;

namespace Mina.Backup.Cmdlet.Tests.Pitr;

/// <summary>The stand-in for Neon's API as a program of its own, over a site's server and archive. The environment is set up for its project as long as this lives.</summary>
public sealed class NeonProcess : IDisposable
{
    private static readonly (string Name, string Value)[] Project = [("NEON_PROJECT_ID", "quiet-forest-12345678"), ("NEON_API_KEY", "napi_cmdlet0tests1key")];

    private const string Owner = "neondb_owner";
    private const string Password = "npg_cmdlet0tests1password";

    private readonly Process process;

    public NeonProcess(PitrSite site)
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("Mina.Backup.Cmdlet.Tests", "Mina.Backup.NeonStandIn", StringComparison.Ordinal), "Mina.Backup.NeonStandIn");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["DATABASE_URL"] = $"postgresql://{Owner}:{Password}@{site.Uri[(site.Uri.LastIndexOf('@') + 1)..]}";
        start.Environment["MINA_STATE_PATH"] = Environment.GetEnvironmentVariable("MINA_STATE_PATH") + "-stand-in";
        foreach (var (name, value) in Project)
        {
            start.Environment[name] = value;
            Environment.SetEnvironmentVariable(name, value);
        }

        process = Process.Start(start)!;
        Environment.SetEnvironmentVariable("NEON_API_HOST", process.StandardOutput.ReadLine());
    }

    /// <summary>Makes the role that the project gives, with its password; branches have it when their base backup has.</summary>
    public static void CreateOwner(PitrSite site) => PitrSite.Sql(site.Uri, $"CREATE ROLE {Owner} LOGIN PASSWORD '{Password}' IN ROLE pg_read_all_data");

    public void Dispose()
    {
        foreach (var name in Project.Select(variable => variable.Name).Append("NEON_API_HOST"))
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        process.StandardInput.Close();
        var violations = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.Dispose();
        Assert.Empty(violations);
    }
}
