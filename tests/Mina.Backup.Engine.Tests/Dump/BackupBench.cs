using System.IO.Compression;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Dump;

/// <summary>A machine that makes backups into a folder of its own.</summary>
internal sealed class BackupBench : IDisposable
{
    public TestMachine Machine { get; } = new();

    public QuietObserver Observer { get; } = new();

    public IEnumerable<string> Files => Directory.EnumerateFileSystemEntries(Machine.BackupDirectory, "*", new EnumerationOptions { AttributesToSkip = 0 }).Select(path => Path.GetFileName(path)!);

    /// <summary>Backs up without encryption unless the request says otherwise.</summary>
    public Task<BackupResult> BackUpAsync(TestDatabase database, Func<BackupRequest, BackupRequest>? change = null, CancellationToken? cancellationToken = null) =>
        BackUpAsync(database.Uri, change, cancellationToken);

    public Task<BackupResult> BackUpAsync(string? uri, Func<BackupRequest, BackupRequest>? change = null, CancellationToken? cancellationToken = null)
    {
        var request = new BackupRequest { Database = uri, Location = Machine.BackupDirectory, Protection = new ProtectionRequest { NoEncryption = true } };
        return new BackupEngine(Machine.Environment, TimeProvider.System)
            .BackupAsync(change?.Invoke(request) ?? request, Observer, cancellationToken ?? TestContext.Current.CancellationToken);
    }

    /// <summary>Backs up, expecting a failure that leaves nothing but its log.</summary>
    public async Task<T> FailAsync<T>(string uri, string errorId)
        where T : MinaException
    {
        var error = await Assert.ThrowsAsync<T>(() => BackUpAsync(uri));
        Assert.True(errorId == error.ErrorId, $"{error.ErrorId}: {error.Message}");
        Assert.Empty(Files);
        Assert.Contains(errorId, await File.ReadAllTextAsync(error.LogPath!, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        return error;
    }

    public async Task<BackupIndex> ReadIndexAsync(BackupResult backup)
    {
        using var keys = KeyRing.Create(new KeyRequest(), Machine.Environment);
        var store = new BackupStoreFactory(Machine.Environment).Open(backup.Location);
        var name = BackupNames.IndexFile(backup.Name, backup.Compression!.Value, backup.Encrypted);
        return await IndexFile.ReadAsync(store, name, backup.Name, null, keys, TestContext.Current.CancellationToken);
    }

    public static async Task<string> ReadTextAsync(BackupResult backup)
    {
        await using var file = File.OpenRead(backup.Path);
        await using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Puts a shell script in pg_dump's place; <c>$REAL</c> is the real one.</summary>
    public async Task ReplacePgDumpAsync(string binDirectory, string script)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Machine.Root, "bin")).FullName;
        foreach (var program in Directory.EnumerateFiles(binDirectory))
        {
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(program)), program);
        }

        var path = Path.Combine(folder, "pg_dump");
        await ShellProgram.WriteAsync(path, $"REAL={binDirectory}/pg_dump\n{script}");
        Machine.Set("MINA_PG_BIN", folder);
    }

    public void Dispose() => Machine.Dispose();
}
