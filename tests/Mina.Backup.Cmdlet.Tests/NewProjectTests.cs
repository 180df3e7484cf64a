using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

/// <summary>The runbook for a lost region: its script, as it stands, restores into a cluster that has nothing but what a new project has.</summary>
public sealed class NewProjectTests(BackupSite site) : IClassFixture<BackupSite>, IDisposable
{
    private readonly string script = Path.Combine(ShippedModule.Root, "docs", "runbooks", "Restore-IntoNewProject.ps1");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("DATABASE_URL", null);
        Environment.SetEnvironmentVariable("GPG_BACKUP_PASSPHRASE", null);
    }

    [Fact]
    public void The_newest_sound_backup_comes_back_with_its_roles()
    {
        var backups = site.NewFolder();
        using var session = new ModuleSession();
        MakeOwner(site.ServerUri);
        site.Sql(site.ServerUri, "CREATE DATABASE neondb OWNER neondb_owner");
        var owner = UriAs(site.ServerUri, "neondb");
        site.Sql(owner, "CREATE ROLE app LOGIN; GRANT app TO neondb_owner; CREATE SCHEMA shop AUTHORIZATION app; CREATE TABLE shop.orders AS SELECT n AS id FROM generate_series(1, 500) n; ALTER TABLE shop.orders OWNER TO app");
        Environment.SetEnvironmentVariable("GPG_BACKUP_PASSPHRASE", "correct horse");
        Environment.SetEnvironmentVariable("DATABASE_URL", owner);
        session.Run("New-MinaBackup -Path $args[0]", backups).ThrowIfFailed();
        var newest = session.Run("New-MinaBackup -Path $args[0]", backups);
        newest.ThrowIfFailed();
        var path = (string)newest.Output.Single().Properties["Path"].Value;
        Damage(path);

        var started = session.Run("Start-MinaEphemeralCluster");
        started.ThrowIfFailed();
        var cluster = started.Output.Single();
        try
        {
            var project = (string)cluster.Properties["ConnectionUri"].Value;
            MakeOwner(project);
            site.Sql(project, "CREATE DATABASE neondb OWNER neondb_owner");
            Environment.SetEnvironmentVariable("DATABASE_URL", UriAs(project, "neondb"));
            var outcome = session.Run("& $args[0] -Location $args[1] -SourceDatabase neondb", script, backups);
            outcome.ThrowIfFailed();

            dynamic result = outcome.Output.Single().BaseObject;
            Assert.NotEqual(Path.GetFileNameWithoutExtension(path), (string)result.Backup);
            Assert.Equal("Passed", result.Proof.Outcome.ToString());
            Assert.Equal("500|app", site.Sql(UriAs(project, "neondb"), "SELECT count(*), (SELECT relowner::regrole FROM pg_class WHERE relname = 'orders') FROM shop.orders"));
            Assert.Equal("t", site.Sql(project, "SELECT rolpassword IS NULL AND rolcanlogin FROM pg_authid WHERE rolname = 'app'"));
            Assert.Equal("0", site.Sql(UriAs(project, (string)result.SetAsideDatabase), "SELECT count(*) FROM pg_class WHERE relname = 'orders'"));
        }
        finally
        {
            session.Run("$args[0] | Stop-MinaEphemeralCluster", cluster).ThrowIfFailed();
        }
    }

    [Fact]
    public void A_place_without_a_sound_backup_is_told()
    {
        using var session = new ModuleSession();
        Environment.SetEnvironmentVariable("DATABASE_URL", site.DatabaseUri);

        Assert.Contains("There is no backup in", session.Run("& $args[0] -Location $args[1]", script, site.NewFolder()).Error.ToString(), StringComparison.Ordinal);
        var folder = site.NewFolder();
        var made = session.Run("New-MinaBackup -Path $args[0] -NoEncryption", folder);
        made.ThrowIfFailed();
        Damage((string)made.Output.Single().Properties["Path"].Value);
        Assert.Contains("None of the 1 backups", session.Run("& $args[0] -Location $args[1]", script, folder).Error.ToString(), StringComparison.Ordinal);
    }

    private void MakeOwner(string server)
    {
        site.Sql(server, "CREATE ROLE neon_superuser NOLOGIN CREATEDB CREATEROLE BYPASSRLS");
        site.Sql(server, "GRANT pg_read_all_data, pg_write_all_data TO neon_superuser");
        site.Sql(server, "CREATE ROLE neondb_owner LOGIN CREATEDB CREATEROLE PASSWORD 'p' IN ROLE neon_superuser");
    }

    private static string UriAs(string server, string database)
    {
        var parts = server.Split("://")[1].Split('@')[1];
        return $"postgresql://neondb_owner:p@{parts.Replace("/postgres", "/" + database, StringComparison.Ordinal)}";
    }

    private static void Damage(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)~value);
    }
}
