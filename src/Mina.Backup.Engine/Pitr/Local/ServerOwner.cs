using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>
/// Gives files to the account that the server runs as. When that is this process's own, there is nothing to give.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class ServerOwner
{
    private readonly (uint User, uint Group)? owner;

    private ServerOwner((uint User, uint Group)? owner) => this.owner = owner;

    /// <summary>Finds out who the server runs as.</summary>
    public static async Task<ServerOwner> FindAsync(ServerAccount account, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new ServerOwner(null);
        }

        async Task<uint> IdAsync(string option) =>
            uint.Parse((await account.RunAsync("/usr/bin/id", [option], null, cancellationToken)).Trim(), CultureInfo.InvariantCulture);

        return new ServerOwner((await IdAsync("-u"), await IdAsync("-g")));
    }

    /// <summary>Makes a folder of the server's account alone.</summary>
    public void CreateFolder(string path)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Give(path);
    }

    /// <summary>Creates a file of the server's account alone for writing; unbuffered.</summary>
    public FileStream CreateFile(string path, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
            UnixCreateMode = mode,
        });
        Give(path);
        return file;
    }

    /// <summary>Writes a small file of the server's account alone, replacing one of that name.</summary>
    public void WriteFile(string path, string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        File.Delete(path);
        using var file = CreateFile(path, mode);
        file.Write(System.Text.Encoding.UTF8.GetBytes(content));
    }

    /// <summary>Gives a file or folder to the server's account.</summary>
    public void Give(string path)
    {
        if (owner is { } given && LinkChown(path, given.User, given.Group) != 0)
        {
            var code = Marshal.GetLastPInvokeError();
            throw new IOException($"{path} cannot be given to the server's account: {Marshal.GetPInvokeErrorMessage(code)}", code);
        }
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkChown(string path, uint user, uint group);
}
