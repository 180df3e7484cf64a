using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>Changes the index of an unencrypted backup and makes its manifest agree, as somebody could who may write to the place.</summary>
public static class ForgedIndex
{
    /// <summary>Replaces the index's text.</summary>
    public static async Task WriteAsync(BackupInfo backup, Func<string, string> change)
    {
        var cancel = TestContext.Current.CancellationToken;
        var path = Directory.GetFiles(backup.Location, backup.Name + ".index.*").Single();
        var manifestPath = Path.Combine(backup.Location, backup.Name + ".manifest.json");
        string text;
        await using (var stored = new GZipStream(File.OpenRead(path), CompressionMode.Decompress))
        using (var reader = new StreamReader(stored))
        {
            text = await reader.ReadToEndAsync(cancel);
        }

        var changed = change(text);
        Assert.NotEqual(text, changed);
        var (oldHash, oldSize) = (await HashAsync(path, cancel), new FileInfo(path).Length);
        await using (var stored = new GZipStream(File.Create(path), CompressionLevel.Optimal))
        {
            await stored.WriteAsync(Encoding.UTF8.GetBytes(changed), cancel);
        }

        var manifest = await File.ReadAllTextAsync(manifestPath, cancel);
        Assert.Contains(oldHash, manifest, StringComparison.OrdinalIgnoreCase);
        manifest = Regex.Replace(manifest, oldHash, await HashAsync(path, cancel), RegexOptions.IgnoreCase);
        manifest = Regex.Replace(manifest, $@"(""size"":\s*){oldSize}\b", $"${{1}}{new FileInfo(path).Length}", RegexOptions.IgnoreCase);
        await File.WriteAllTextAsync(manifestPath, manifest, cancel);
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancel)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
    }
}
