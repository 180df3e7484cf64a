using Mina.Backup.Benchmarks.Measuring;
using Mina.Backup.Benchmarks.Site;

namespace Mina.Backup.Benchmarks.Groups;

/// <summary>How operators back up today, and how the module does; both leave their last output for the groups that read.</summary>
internal static class BackupFiles
{
    /// <summary>What operators run today.</summary>
    public static readonly Rival GzipGpg = new("pg_dump | gzip | gpg", $"pg_dump | gzip | {Gpg} -o \"$OUT\"{GpgSecret}", "dump.sql.gz.gpg");

    /// <summary>The directory format, which pg_restore reads in parallel.</summary>
    public static readonly Rival DirectoryFormat = new("pg_dump -Fd -j2", "pg_dump -Fd -j2 -f \"$OUT\"", "dump-directory");

    /// <summary>The default backup.</summary>
    public const string Ours = "New-MinaBackup";

    /// <summary>All rivals of a backup.</summary>
    public static readonly IReadOnlyList<Rival> Rivals =
    [
        new("pg_dump > /dev/null", "pg_dump > /dev/null", null),
        GzipGpg,
        // gpg would compress what is compressed; whoever tunes the pipe turns that off.
        new("pg_dump | pigz | gpg", $"pg_dump | pigz | {Gpg} -z 0 -o \"$OUT\"{GpgSecret}", "dump-pigz.sql.gz.gpg", "pigz"),
        new("pg_dump | zstd -T0 | gpg", $"pg_dump | zstd -q -T0 | {Gpg} -z 0 -o \"$OUT\"{GpgSecret}", "dump.sql.zst.gpg", "zstd"),
        new("pg_dump -Fc -Z6", "pg_dump -Fc -Z6 -f \"$OUT\"", "dump.custom"),
        DirectoryFormat,
    ];

    /// <summary>Reads an encrypted file to standard output.</summary>
    public const string Decrypt = "gpg --batch --quiet --decrypt --passphrase-fd 3 --pinentry-mode loopback \"$IN\"" + GpgSecret;

    private const string Gpg = "gpg --batch --yes --quiet --symmetric --cipher-algo AES256 --passphrase-fd 3 --pinentry-mode loopback";
    private const string GpgSecret = " 3<<<\"$GPG_BACKUP_PASSPHRASE\"";

    /// <summary>Runs a rival and measures it.</summary>
    public static async Task<Measurement> MeasureAsync(BenchmarkSite site, Rival rival, CancellationToken cancellationToken)
    {
        var output = OutputOf(site, rival);
        Remove(output);
        await site.SettleAsync(cancellationToken);
        var (cost, _) = await site.Pipeline(rival.Script, ("OUT", output ?? string.Empty)).MeasureAsync(site.ServerProcess, cancellationToken);
        return cost with { OutputBytes = output is null ? null : SizeOf(output) };
    }

    /// <summary>Path of a rival's last output, which is made now if it has not run yet.</summary>
    public static async Task<string> RequireAsync(BenchmarkSite site, Rival rival, CancellationToken cancellationToken)
    {
        var output = OutputOf(site, rival)!;
        if (!Path.Exists(output))
        {
            await MeasureAsync(site, rival, cancellationToken);
        }

        return output;
    }

    /// <summary>Makes a backup with the module and measures it.</summary>
    /// <param name="context">The benchmark.</param>
    /// <param name="options">Options of New-MinaBackup.</param>
    /// <param name="folder">Where it goes; what was there before goes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Measurement> MeasureOursAsync(GroupContext context, string options, string folder, CancellationToken cancellationToken)
    {
        Remove(folder);
        await context.Site.SettleAsync(cancellationToken);
        var run = await context.Mina.MeasureAsync(
            $"New-MinaBackup -Path {MinaShell.Quote(folder)} {options}",
            """
            Tell 'SizeBytes' $result.Size
            Tell 'PlainBytes' $result.PlainSize
            Tell 'Write' $result.Duration.TotalSeconds
            if ($result.Verification) { Tell 'ReadBack' $result.Verification.Duration.TotalSeconds }
            """,
            [],
            cancellationToken);
        return run with { OutputBytes = (long)run.Figures["SizeBytes"] };
    }

    /// <summary>Folder with a default backup, which is made now if there is none yet.</summary>
    public static async Task<string> RequireOursAsync(GroupContext context, CancellationToken cancellationToken)
    {
        var folder = context.Site.PathOf(Ours);
        if (!Directory.Exists(folder))
        {
            await MeasureOursAsync(context, string.Empty, folder, cancellationToken);
        }

        return folder;
    }

    private static string? OutputOf(BenchmarkSite site, Rival rival) => rival.Output is { } name ? site.PathOf(name) : null;

    private static void Remove(string? path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else if (path is not null)
        {
            File.Delete(path);
        }
    }

    private static long SizeOf(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
        : new FileInfo(path).Length;
}
