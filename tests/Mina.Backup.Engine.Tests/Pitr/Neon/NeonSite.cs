using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.NeonStandIn;

namespace Mina.Backup.Engine.Tests.Pitr.Neon;

/// <summary>
/// A Neon project over a site's own source: the root branch is the source itself, and every other one a real server recovered from the site's archive. The site's engine is set up
/// for the project as long as this lives.
/// </summary>
internal sealed class NeonSite : IAsyncDisposable
{
    /// <summary>The role that the project gives.</summary>
    public const string Owner = "neondb_owner";

    private readonly PitrSite site;

    private NeonSite(PitrSite site, StandIn standIn)
    {
        this.site = site;
        StandIn = standIn;
    }

    /// <summary>The stand-in.</summary>
    public StandIn StandIn { get; }

    /// <summary>Puts a project over a site.</summary>
    /// <param name="site">The site. Its server must have the role <see cref="Owner"/> before its base backup.</param>
    /// <param name="databases">Databases that the project tells of.</param>
    public static async Task<NeonSite> AttachAsync(PitrSite site, params string[] databases)
    {
        // A machine of its own: what it remembers of its servers is nothing that the site's engine may find.
        var machine = site.Environment with { StateDirectory = Path.Combine(site.Root, "stand-in") };
        var options = new StandInOptions
        {
            Root = site.Source.Target,
            Servers = new ArchiveServers(machine),
            Databases = [.. databases.Select(name => (name, Owner))],
        };
        var standIn = await StandIn.StartAsync(options);
        site.SetVariable("NEON_API_HOST", standIn.Address);
        site.SetVariable("NEON_API_KEY", options.Key);
        site.SetVariable("NEON_PROJECT_ID", options.Project);
        return new NeonSite(site, standIn);
    }

    /// <summary>Makes the role on the site's server, with the rights that reading needs and the password that the project tells.</summary>
    public static Task CreateOwnerAsync(PitrSite site) =>
        site.SqlAsync($"CREATE ROLE {Owner} LOGIN CREATEDB CREATEROLE PASSWORD {SqlText.Literal(new StandInOptions().Roles[0].Password)}", $"GRANT pg_read_all_data, pg_write_all_data TO {Owner}");

    /// <summary>How to reach the database of a branch.</summary>
    public ConnectionTarget TargetOf(StandInBranch branch, string database) => ConnectionTarget.Parse(StandIn.Project.UriOf(branch, database, Owner), HostEnvironment.Current());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StandIn.DisposeAsync();
        foreach (var variable in (string[])["NEON_API_HOST", "NEON_API_KEY", "NEON_PROJECT_ID"])
        {
            site.SetVariable(variable, null);
        }

        Assert.Empty(StandIn.Violations);
    }
}
