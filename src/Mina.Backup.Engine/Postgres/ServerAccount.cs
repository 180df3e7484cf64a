using System.Text;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Postgres;

/// <summary>Runs programs as somebody whom PostgreSQL's server accepts: this user, or <c>postgres</c> when this is root.</summary>
internal sealed class ServerAccount
{
    private static readonly Version None = new(0, 0);
    private readonly bool switches = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>Runs a program to its end and returns what it wrote.</summary>
    /// <exception cref="ToolException"><c>ClusterStartFailed</c> when it fails.</exception>
    public async Task<string> RunAsync(string program, IEnumerable<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(program);
        var tool = switches ? new ClientTool(name, "/usr/sbin/runuser", None) : new ClientTool(name, program, None);
        IEnumerable<string> words = switches ? ["-u", "postgres", "--", program, .. arguments] : arguments;
        await using var process = ToolProcess.Start(tool, words, new Dictionary<string, string> { ["TZ"] = "UTC" }, cancellationToken);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(input), cancellationToken);
        }

        process.StandardInput.Close();
        using var reader = new StreamReader(process.StandardOutput, Encoding.UTF8);
        var output = await reader.ReadToEndAsync(cancellationToken);
        var exit = await process.WaitAsync(cancellationToken);
        return exit.Code == 0
            ? output
            : throw new ToolException(ErrorCatalog.ClusterStartFailed, $"{name} failed: {exit.ErrorText.Trim()} {output.Trim()}".Trim());
    }

    /// <summary>Writes a file as the server's user, readable by it alone.</summary>
    public Task WriteFileAsync(string path, string content, bool append, CancellationToken cancellationToken) =>
        RunAsync("/bin/sh", ["-c", append ? "umask 077; cat >> \"$1\"" : "umask 077; cat > \"$1\"", "sh", path], content, cancellationToken);
}
