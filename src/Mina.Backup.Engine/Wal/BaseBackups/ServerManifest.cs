using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Wal.BaseBackups;

/// <summary>
/// The server's own manifest of a base backup, <c>backup_manifest</c>: every file with size and SHA-256, and the WAL that the backup needs.
/// See https://www.postgresql.org/docs/current/backup-manifest-format.html.
/// </summary>
internal sealed class ServerManifest
{
    /// <summary>Its name within the tar.</summary>
    public const string FileName = "backup_manifest";

    private ServerManifest(IReadOnlyDictionary<string, ServerManifestFile> files, uint timeline, Lsn startLsn, Lsn stopLsn)
    {
        Files = files;
        Timeline = timeline;
        StartLsn = startLsn;
        StopLsn = stopLsn;
    }

    /// <summary>Files by their path below the data directory; those of tablespaces below <c>pg_tblspc/OID</c>.</summary>
    public IReadOnlyDictionary<string, ServerManifestFile> Files { get; }

    /// <summary>Timeline of the backup's end.</summary>
    public uint Timeline { get; }

    /// <summary>Where replay begins.</summary>
    public Lsn StartLsn { get; }

    /// <summary>Where the backup is consistent.</summary>
    public Lsn StopLsn { get; }

    /// <summary>Reads a manifest and checks its own checksum. <see cref="InvalidDataException"/> when it cannot be used.</summary>
    public static ServerManifest Parse(ReadOnlySpan<byte> json)
    {
        CheckChecksum(json);
        try
        {
            using var document = JsonDocument.Parse(json.ToArray());
            var files = new Dictionary<string, ServerManifestFile>(StringComparer.Ordinal);
            foreach (var file in document.RootElement.GetProperty(nameof(Files)).EnumerateArray())
            {
                files.Add(PathOf(file), FileOf(file));
            }

            // A standby that changed its timeline during the backup yields several ranges, newest first.
            var ranges = document.RootElement.GetProperty("WAL-Ranges").EnumerateArray().ToList();
            var newest = ranges.MaxBy(range => range.GetProperty(nameof(Timeline)).GetUInt32());
            var oldest = ranges.MinBy(range => range.GetProperty(nameof(Timeline)).GetUInt32());
            return new ServerManifest(
                files,
                newest.GetProperty(nameof(Timeline)).GetUInt32(),
                Lsn.Parse(oldest.GetProperty("Start-LSN").GetString()!),
                Lsn.Parse(newest.GetProperty("End-LSN").GetString()!));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"The server's {FileName} cannot be read: {e.Message}", e);
        }
    }

    // The last line holds the checksum of everything before it.
    private static void CheckChecksum(ReadOnlySpan<byte> json)
    {
        var last = json.LastIndexOf("\n\"Manifest-Checksum\""u8);
        if (last < 0)
        {
            throw new InvalidDataException($"The server's {FileName} has no checksum: it was cut short.");
        }

        var expected = Convert.ToHexStringLower(SHA256.HashData(json[..(last + 1)]));
        if (json[last..].IndexOf(Encoding.ASCII.GetBytes(expected)) < 0)
        {
            throw new InvalidDataException($"The checksum of the server's {FileName} does not fit its content.");
        }
    }

    // A path that is no UTF-8 comes as hexadecimal digits; tar names are read as UTF-8 too, so both lose the same.
    private static string PathOf(JsonElement file) => file.TryGetProperty("Path", out var path)
        ? path.GetString()!
        : Encoding.UTF8.GetString(Convert.FromHexString(file.GetProperty("Encoded-Path").GetString()!));

    private static ServerManifestFile FileOf(JsonElement file)
    {
        var algorithm = file.TryGetProperty("Checksum-Algorithm", out var name) ? name.GetString() : null;
        return algorithm == "SHA256"
            ? new ServerManifestFile(file.GetProperty("Size").GetInt64(), file.GetProperty("Checksum").GetString()!)
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"The server's {FileName} has checksums of the kind {algorithm ?? "none"}, not SHA256."));
    }
}

/// <summary>A file in the server's manifest.</summary>
/// <param name="Size">Size in bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal SHA-256.</param>
internal sealed record ServerManifestFile(long Size, string Sha256);
