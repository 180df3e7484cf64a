using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;
using Mina.Backup.NeonStandIn;

// Runs the stand-in as a program of its own, for what is tested from outside. The variables are those of the module: the project and the key that it accepts, the archive that
// branches are made from, and DATABASE_URL for the server behind the root branch. It writes its address, waits until its input ends, and then writes every violation of the contract.
var environment = HostEnvironment.Current();
var root = ConnectionTarget.Resolve(null, environment, ErrorCatalog.SourceNotGiven);
await using var standIn = await StandIn.StartAsync(new StandInOptions
{
    Project = environment.Variable("NEON_PROJECT_ID")!,
    Key = environment.Variable("NEON_API_KEY")!,
    Root = root,
    Servers = new ArchiveServers(environment),
    Databases = [(root.Database, root.Username)],
    Roles = [(root.Username, root.Password?.Reveal() ?? "")],
});
Console.WriteLine(standIn.Address);
while (await Console.In.ReadLineAsync() is not null)
{
}

foreach (var violation in standIn.Violations)
{
    Console.WriteLine(violation);
}
