using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Dump;

/// <summary>Writes roles and tablespaces of the source's server, as <c>pg_dumpall --globals-only</c> prints them, into a container.</summary>
public sealed class GlobalsDump
{
    // The trailer and the \unrestrict line behind it fit well.
    private const int TailLength = 1024;

    private readonly ConnectionTarget target;
    private readonly ClientTool pgDumpAll;
    private readonly bool withPasswords;

    /// <summary>Creates the dump.</summary>
    /// <param name="target">Database to connect to.</param>
    /// <param name="pgDumpAll">pg_dumpall.</param>
    /// <param name="withPasswords">Whether password verifiers are included; they may be read by superusers only and must be encrypted.</param>
    public GlobalsDump(ConnectionTarget target, ClientTool pgDumpAll, bool withPasswords)
    {
        this.target = target;
        this.pgDumpAll = pgDumpAll;
        this.withPasswords = withPasswords;
    }

    /// <summary>Writes everything into the container, one member per block.</summary>
    /// <exception cref="MinaException">pg_dumpall failed, was killed, or ended without its trailer.</exception>
    public async Task RunAsync(ContainerWriter writer, CancellationToken cancellationToken)
    {
        // A database's name with a = in it would be read as a connection string: quoted, it is one.
        var database = "dbname='" + target.Database.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";
        string[] arguments = ["--globals-only", "--no-password", "--database=" + database, .. withPasswords ? Array.Empty<string>() : ["--no-role-passwords"]];
        await using var process = ToolProcess.Start(pgDumpAll, arguments, target.ToEnvironment(PinnedSettings.ToOptions()), cancellationToken);
        byte[] tail = [];
        while (true)
        {
            var block = PlainBlock.Rent(BlockCutter.BlockSize);
            block.Length = await process.StandardOutput.ReadAtLeastAsync(block.Buffer.AsMemory(0, BlockCutter.BlockSize), BlockCutter.BlockSize, throwOnEndOfStream: false, cancellationToken);
            if (block.Length == 0)
            {
                block.Dispose();
                break;
            }

            tail = [.. tail, .. block.Span[^Math.Min(block.Length, TailLength)..]];
            tail = tail[^Math.Min(tail.Length, TailLength)..];
            await writer.WriteAsync(block, cancellationToken);
        }

        (await process.WaitAsync(cancellationToken)).EnsureSuccess(target.Database);
        if (tail.AsSpan().IndexOf("-- PostgreSQL database cluster dump complete"u8) < 0)
        {
            throw new IntegrityException(
                ErrorCatalog.DumpIncomplete,
                $"pg_dumpall reported success, but its output for {target.Server} lacks its end.",
                new ErrorContext { Target = target.Server, Action = "Run the backup again; if it happens again, reinstall the PostgreSQL client programs." });
        }
    }
}
