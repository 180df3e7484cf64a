using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Model;

namespace Mina.Backup.Benchmarks.Groups;

/// <summary>A folder of backups as far as a list looks: manifests, and files of the sizes that they name without any content on the disk.</summary>
internal static class CatalogSample
{
    private static readonly DateTimeOffset FirstTime = new(2024, 1, 1, 1, 15, 0, TimeSpan.Zero);

    /// <summary>Writes so many backups into a new folder, and returns it.</summary>
    public static async Task<string> WriteAsync(string folder, int count, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        for (var number = 0; number < count; number++)
        {
            var manifest = Manifest(BackupNames.Create(FirstTime.AddHours(number)), number);
            foreach (var file in new[] { manifest.Data, manifest.Index, manifest.Globals! })
            {
                await using var sparse = File.Create(Path.Combine(folder, file.Name));
                sparse.SetLength(file.Size);
            }

            var path = Path.Combine(folder, BackupNames.ManifestFile(manifest.Name));
            await File.WriteAllBytesAsync(path, ManifestSerializer.Write(manifest), cancellationToken);
        }

        return folder;
    }

    private static BackupManifest Manifest(string name, int number) => new()
    {
        Name = name,
        WrittenBy = "0.1.0",
        CreatedAt = BackupNames.TimeOf(name)!.Value.AddSeconds(1.25),
        Duration = TimeSpan.FromSeconds(12.345),
        Database = "mina",
        Server = "db.example.com:5432",
        ServerVersion = "15.20",
        DumpVersion = "15.20",
        Encryption = BackupEncryption.Passphrase,
        CompressionLevel = 6,
        PlainSize = 806_000_000 + number,
        Tables = 24,
        Rows = 2_000_000 + number,
        Data = new ManifestFile(BackupNames.DataFile(name, BackupCompression.Gzip, encrypted: true), 322_000_000 + number, Hash(number, 'a')),
        Index = new ManifestFile(BackupNames.IndexFile(name, BackupCompression.Gzip, encrypted: true), 90_000, Hash(number, 'b')),
        Globals = new ManifestFile(BackupNames.GlobalsFile(name, BackupCompression.Gzip, encrypted: true), 2_000, Hash(number, 'c')),
        Verification = new ManifestVerification(BackupNames.TimeOf(name)!.Value.AddSeconds(20), Passed: true, Problem: null),
    };

    private static string Hash(int number, char filler) => number.ToString("x8", CultureInfo.InvariantCulture) + new string(filler, 56);
}
