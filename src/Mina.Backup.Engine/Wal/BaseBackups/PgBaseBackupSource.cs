using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// The program <c>pg_basebackup</c>, writing one tar to standard output, with the manifest inside. It can do so only without tablespaces of the
/// cluster's own and without WAL; the WAL comes from the archive.
/// </summary>
internal sealed class PgBaseBackupSource(ClientTool tool, ConnectionTarget target, BaseSourceOptions options) : IBaseSource
{
    private const int BufferSize = 1 << 20;

    /// <inheritdoc/>
    public async Task RunAsync(IBaseSink sink, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "--pgdata=-", "--format=tar", "--wal-method=none", $"--checkpoint={(options.SpreadCheckpoint ? "spread" : "fast")}",
            "--manifest-checksums=SHA256", $"--label={options.Label}", "--no-password",
        ];
        await using var process = ToolProcess.Start(tool, arguments, target.ToEnvironment(), cancellationToken);
        var buffer = new byte[BufferSize];
        await sink.BeginAsync(null, null, cancellationToken);
        try
        {
            int read;
            while ((read = await process.StandardOutput.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
            {
                await sink.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (InvalidDataException) when (!cancellationToken.IsCancellationRequested)
        {
            // Bytes that are no tar mean little when the program failed; its own words come first.
            process.Kill();
            (await process.WaitAsync(cancellationToken)).EnsureSuccess(target.Server);
            throw;
        }

        (await process.WaitAsync(cancellationToken)).EnsureSuccess(target.Server);
        await sink.EndAsync(cancellationToken);
    }
}

/// <summary>What a source of base backups is to do.</summary>
/// <param name="Label">Label in <c>backup_label</c>: the base backup's name.</param>
/// <param name="SpreadCheckpoint">Spread the checkpoint at the start as the server's settings say, rather than make it at once.</param>
/// <param name="ParentManifest">The server's own manifest of the base backup that an incremental one builds on; null for a full one.</param>
internal sealed record BaseSourceOptions(string Label, bool SpreadCheckpoint, byte[]? ParentManifest = null);
