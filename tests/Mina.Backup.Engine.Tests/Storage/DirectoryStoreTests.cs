using System.Diagnostics;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Storage;

public sealed class DirectoryStoreTests : BackupStoreConformance, IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mina-store-").FullName;

    private string Folder => Path.Combine(root, "deep", "backups");

    protected override IBackupStore Open() => new DirectoryStore(Folder);

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_no_missing_object()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Nobody can make a folder in /proc.");
        var store = new DirectoryStore("/proc/no_such_folder");

        var error = await Assert.ThrowsAsync<StorageException>(() => store.StageAsync("object", TestContext.Current.CancellationToken).AsTask());

        Assert.Contains(error.ErrorId, (string[])["StorageFailed", "StorageAccessDenied"]);
        Assert.DoesNotContain("There is no file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_and_folders_are_for_their_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists instead of modes.");
        if (!OperatingSystem.IsWindows())
        {
            await StageAsync(Open(), "a", [1]);
            await Open().PutAsync("b", new byte[] { 1 }, replace: true, Token);
            const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(file, File.GetUnixFileMode(Path.Combine(Folder, "a")));
            Assert.Equal(file, File.GetUnixFileMode(Path.Combine(Folder, "b")));
            Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        }
    }

    [Fact]
    public async Task A_partial_file_of_a_dead_run_is_swept_and_one_of_a_living_run_stays()
    {
        var store = Open();
        await using var living = await store.StageAsync("living", Token);
        await File.WriteAllTextAsync(Path.Combine(Folder, "dead.partial"), "left behind", Token);
        Assert.Equal(["dead.partial"], await store.SweepAbandonedAsync(_ => true, Token));
        Assert.True(File.Exists(Path.Combine(Folder, "living.partial")));
        await living.CommitAsync(Token);
        Assert.Equal(["living"], await ListAsync(store, ""));
    }

    [Fact]
    public async Task Only_what_the_caller_calls_its_own_is_swept()
    {
        Directory.CreateDirectory(Folder);
        string[] own = ["mine.partial", $"mine.{Guid.NewGuid():N}.partial"];
        string[] others = ["holiday-photos.zip.partial", $"mine.{Guid.NewGuid():N}x.partial", "mine.part"];
        foreach (var name in own.Concat(others))
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, name), "content", Token);
        }

        Assert.Equal(own.Order(), (await Open().SweepAbandonedAsync(name => name == "mine", Token)).Order());
        Assert.Equal(others.Order(), Directory.GetFiles(Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_partial_file_of_a_dead_run_gives_way_to_a_new_one()
    {
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "a.partial"), "left behind", Token);
        await StageAsync(Open(), "a", [7]);
        Assert.Equal([7], await ReadAsync(await Open().OpenReadAsync("a", Token)));
        Assert.False(File.Exists(Path.Combine(Folder, "a.partial")));
    }

    [Fact]
    public async Task A_partial_file_held_by_another_process_stays()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "flock of util-linux is not here.");
        Directory.CreateDirectory(Folder);
        var partial = Path.Combine(Folder, "a.partial");
        await File.WriteAllTextAsync(partial, "being written", Token);
        using var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", [partial, "sh", "-c", "echo held; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Token));
        Assert.Empty(await Open().SweepAbandonedAsync(_ => true, Token));
        Assert.Equal("ObjectExists", await OutcomeAsync(async () => await Open().StageAsync("a", Token)));
        holder.StandardInput.Close();
        await holder.WaitForExitAsync(Token);
        Assert.Equal(["a.partial"], await Open().SweepAbandonedAsync(_ => true, Token));
    }

    [Fact]
    public async Task A_symbolic_link_in_the_folders_place_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(root, "deep"));
        Directory.CreateDirectory(Path.Combine(root, "elsewhere"));
        Directory.CreateSymbolicLink(Folder, Path.Combine(root, "elsewhere"));
        Assert.Equal("FolderUnsafe", await OutcomeAsync(async () => await Open().StageAsync("a", Token)));
        Assert.Equal("FolderUnsafe", await OutcomeAsync(() => ListAsync(Open(), "")));
        Assert.Equal("FolderUnsafe", await OutcomeAsync(async () => await Open().FindAsync("a", Token)));
        Assert.Equal("FolderUnsafe", await OutcomeAsync(async () => await Open().OpenReadAsync("a", Token)));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root, "elsewhere")));
    }

    [Fact]
    public async Task Somebody_elses_folder_in_a_shared_place_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "Only root can give a folder away.");
        if (!OperatingSystem.IsWindows())
        {
            var shared = Directory.CreateDirectory(Path.Combine(root, "deep"));
            shared.UnixFileMode = (UnixFileMode)0x3ff;
            Directory.CreateDirectory(Folder);
            await RunAsync("chown", "nobody", Folder);
            Assert.Equal("FolderUnsafe", await OutcomeAsync(async () => await Open().StageAsync("a", Token)));
            Assert.Equal("FolderUnsafe", await OutcomeAsync(() => ListAsync(Open(), "")));
            await RunAsync("chown", "root", Folder);
            File.SetUnixFileMode(Folder, (UnixFileMode)0x1ff);
            Assert.Equal("FolderUnsafe", await OutcomeAsync(async () => await Open().StageAsync("a", Token)));
            File.SetUnixFileMode(Folder, (UnixFileMode)0x1c0);
            await StageAsync(Open(), "a", [1]);
        }
    }

    [Fact]
    public async Task A_folder_below_somebody_elses_in_a_shared_place_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "Only root can give a folder away.");
        if (!OperatingSystem.IsWindows())
        {
            var shared = Directory.CreateDirectory(Path.Combine(root, "open"));
            shared.UnixFileMode = (UnixFileMode)0x3ff;
            var theirs = shared.CreateSubdirectory("theirs").FullName;
            await RunAsync("chown", "nobody", theirs);
            var store = new DirectoryStore(Path.Combine(theirs, "backups"));
            Assert.Equal("FolderUnsafe", await OutcomeAsync(async () => await store.StageAsync("a", Token)));
        }
    }

    [Fact]
    public async Task A_full_disk_is_named_and_leaves_nothing()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Only root can mount a small file system.");
        var disk = Directory.CreateDirectory(Path.Combine(root, "disk")).FullName;
        var mounted = await TryRunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk);
        Assert.SkipUnless(mounted, "Mounting is not allowed here.");
        try
        {
            var store = new DirectoryStore(Path.Combine(disk, "backups"));
            await using (var staged = await store.StageAsync("a", Token))
            {
                Assert.Equal("DiskFull", await OutcomeAsync(async () =>
                {
                    for (var i = 0; i < 40; i++)
                    {
                        await staged.Content.WriteAsync(new byte[100_000], Token);
                    }

                    await staged.CommitAsync(Token);
                }));
            }

            Assert.Empty(Directory.GetFiles(Path.Combine(disk, "backups")));
            await StageAsync(store, "small", [1]);
        }
        finally
        {
            await RunAsync("umount", disk);
        }
    }

    [Fact]
    public async Task A_file_in_the_folders_place_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(root, "file"), "", Token);
        Assert.Equal("FolderUnsafe", await OutcomeAsync(async () => await new DirectoryStore(Path.Combine(root, "file")).StageAsync("a", Token)));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static async Task<bool> TryRunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(Token);
        return process.ExitCode == 0;
    }

    private static async Task RunAsync(string program, params string[] arguments) => Assert.True(await TryRunAsync(program, arguments));
}
