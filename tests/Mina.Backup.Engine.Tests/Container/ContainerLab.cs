using System.Diagnostics;
using System.Text;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Container;

/// <summary>A temporary folder with a gpg home of its own, and short ways to write and read containers.</summary>
internal sealed class ContainerLab : IDisposable
{
    public const string Passphrase = "correct horse 🐎 bättery";

    public ContainerLab()
    {
        Folder = Directory.CreateTempSubdirectory("mina-container-").FullName;
        GpgHome = Directory.CreateTempSubdirectory("mina-gpg-").FullName;
    }

    public string Folder { get; }

    public string GpgHome { get; }

    public static HostEnvironment Environment(params (string Name, string Value)[] variables) => new()
    {
        Variable = name => variables.FirstOrDefault(v => v.Name == name).Value,
        HomeDirectory = "/nonexistent",
        TempDirectory = "/nonexistent",
        StateDirectory = "/nonexistent",
    };

    public static KeyRing Ring(string? passphrase = null, string? privateKeyFile = null) => KeyRing.Create(
        new KeyRequest { Passphrase = passphrase is null ? null : new Secret(passphrase), PrivateKeyFile = privateKeyFile }, Environment());

    public static MessageProtection ByPassphrase(string passphrase = Passphrase) => MessageProtection.FromPassphrase(new Secret(passphrase));

    public static byte[] Sample(int length, int seed = 7)
    {
        var random = new Random(seed);
        var text = new StringBuilder(length + 100);
        while (text.Length < length)
        {
            text.Append(random.Next()).Append("\tsegment of a meeting\t").Append(random.NextDouble()).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString(0, length));
    }

    public static async Task<(byte[] Stored, ContainerTotals Totals)> WriteAsync(
        byte[] plain, MessageProtection protection, KeyRing keys, int blockLength = 100_000, int? level = null, BackupCompression compression = BackupCompression.Gzip)
    {
        var token = TestContext.Current.CancellationToken;
        using var stored = new MemoryStream();
        await using var writer = new ContainerWriter(stored, new ContainerWriterOptions
        {
            Protection = protection,
            Keys = keys,
            Compression = compression,
            CompressionLevel = level,
            LiteralName = BackupNames.DataFile("dump", compression, encrypted: false),
        });
        for (var at = 0; at < plain.Length; at += blockLength)
        {
            await writer.WriteAsync(Block(plain.AsSpan(at, Math.Min(blockLength, plain.Length - at))), token);
        }

        var totals = await writer.CompleteAsync(token);
        return (stored.ToArray(), totals);
    }

    public static PlainBlock Block(ReadOnlySpan<byte> bytes)
    {
        var block = PlainBlock.Rent(Math.Max(1, bytes.Length));
        bytes.CopyTo(block.Buffer);
        block.Length = bytes.Length;
        return block;
    }

    public static async Task<(byte[] Plain, ContainerReadTotals Totals)> ReadAsync(byte[] stored, KeyRing keys, ContainerTotals? written = null)
    {
        var token = TestContext.Current.CancellationToken;
        await using var reader = await ContainerReader.OpenAsync(new MemoryStream(stored), keys, "sample", token);
        using var plain = new MemoryStream();
        await foreach (var block in reader.ReadBlocksAsync([.. written?.Members.Select(member => member.Length) ?? []], token))
        {
            using (block)
            {
                plain.Write(block.Span);
            }
        }

        return (plain.ToArray(), reader.Totals);
    }

    /// <summary>Runs a program; input and output are bytes. Fails the test when it fails, unless told otherwise.</summary>
    public async Task<byte[]> RunAsync(string program, string[] arguments, byte[]? input = null, bool mayFail = false)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GNUPGHOME"] = GpgHome;
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        var complaints = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input ?? [], TestContext.Current.CancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException) when (mayFail)
        {
            // A program that gives up closes its input.
        }

        await reading;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(mayFail || process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await complaints}");
        return output.ToArray();
    }

    /// <summary>Runs gpg with the sample's passphrase from a file.</summary>
    public Task<byte[]> GpgAsync(byte[] input, params string[] arguments)
    {
        var file = Path.Combine(Folder, "passphrase");
        File.WriteAllText(file, Passphrase);
        return RunAsync("gpg", ["--batch", "--yes", "--no-tty", "--pinentry-mode", "loopback", "--passphrase-file", file, .. arguments], input);
    }

    /// <summary>Makes a key pair in the lab's gpg home and exports both halves; the secret key is locked by the sample's passphrase.</summary>
    public async Task<(string PublicFile, string SecretFile)> MakeKeyAsync(string algorithm, string subkeyAlgorithm, string name = "Backup <backup@example.org>")
    {
        await GpgAsync([], "--quick-generate-key", name, algorithm, "cert,sign", "never");
        var listing = Encoding.UTF8.GetString(await GpgAsync([], "--list-keys", "--with-colons", name));
        var fingerprint = listing.Split('\n').First(l => l.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
        await GpgAsync([], "--quick-add-key", fingerprint, subkeyAlgorithm, "encr", "never");
        var publicFile = Path.Combine(Folder, $"{fingerprint}.pub.asc");
        var secretFile = Path.Combine(Folder, $"{fingerprint}.sec.asc");
        await File.WriteAllBytesAsync(publicFile, await GpgAsync([], "--armor", "--export", fingerprint), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(secretFile, await GpgAsync([], "--armor", "--export-secret-keys", fingerprint), TestContext.Current.CancellationToken);
        return (publicFile, secretFile);
    }

    public void Dispose()
    {
        using (var stop = Process.Start(new ProcessStartInfo("gpgconf", ["--kill", "all"]) { Environment = { ["GNUPGHOME"] = GpgHome } }))
        {
            stop?.WaitForExit();
        }

        Directory.Delete(GpgHome, recursive: true);
        Directory.Delete(Folder, recursive: true);
    }
}
