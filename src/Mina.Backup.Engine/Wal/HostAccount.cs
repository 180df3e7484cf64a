using System.Globalization;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Wal;

/// <summary>The operating system's account that a server runs as, told by the owner of its data directory.</summary>
/// <param name="UserId">User id.</param>
/// <param name="GroupId">Group id.</param>
/// <param name="Name">User name, or the number where it has none.</param>
internal sealed record HostAccount(uint UserId, uint GroupId, string Name)
{
    private static readonly Version None = new(0, 0);

    /// <summary>Whether this process runs as it.</summary>
    public bool IsCurrent => !OperatingSystem.IsWindows() && UnixFiles.EffectiveUser() == UserId;

    /// <summary>The owner of a folder.</summary>
    public static async Task<HostAccount> OwnerOfAsync(string folder, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new NotSupportedException("Windows accounts have no numbers.");
        }

        var (user, group) = UnixFiles.OwnersOf(folder);
        var id = user.ToString(CultureInfo.InvariantCulture);
        var result = await RunAsync(new ClientTool("id", "/usr/bin/id", None), ["-un", id], cancellationToken);
        return new HostAccount(user, group, result.Exit.Code == 0 ? result.Output.Trim() : id);
    }

    /// <summary>Runs a program as this account.</summary>
    public async Task<(ToolExit Exit, string Output)> RunAsync(string program, string[] arguments, CancellationToken cancellationToken) => IsCurrent
        ? await RunAsync(new ClientTool(Path.GetFileName(program), program, None), arguments, cancellationToken)
        : await RunAsync(new ClientTool(Path.GetFileName(program), "/usr/sbin/runuser", None), ["-u", Name, "--", program, .. arguments], cancellationToken);

    private static async Task<(ToolExit Exit, string Output)> RunAsync(ClientTool tool, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await using var process = ToolProcess.Start(tool, arguments, new Dictionary<string, string>(), cancellationToken);
        process.StandardInput.Close();
        using var reader = new StreamReader(process.StandardOutput);
        var output = await reader.ReadToEndAsync(cancellationToken);
        return (await process.WaitAsync(cancellationToken), output);
    }
}
