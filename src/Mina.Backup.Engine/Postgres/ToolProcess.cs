using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Postgres;

/// <summary>
/// A running client program. It speaks English (<c>LC_ALL=C</c>), knows no secret but those given to it, and dies with this object
/// or when its start's token is canceled. Its standard error is read all along, so that it never blocks on it.
/// </summary>
public sealed class ToolProcess : IAsyncDisposable
{
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "USERPROFILE", "APPDATA", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "KRB5CCNAME"];

    private readonly ClientTool tool;
    private readonly Process process;
    private readonly Task<string> errorText;
    private readonly CancellationTokenRegistration registration;
    private bool disposed;

    private ToolProcess(ClientTool tool, Process process, CancellationToken cancellationToken)
    {
        this.tool = tool;
        this.process = process;
        ProcessId = process.Id;
        WidePipe.Widen(StandardOutput);
        errorText = new BoundedText(16 * 1024).ReadAllAsync(process.StandardError);
        // A blocked read of a pipe ends only when its writer does.
        registration = cancellationToken.Register(Kill);
    }

    /// <summary>The program.</summary>
    public ClientTool Tool => tool;

    /// <summary>What it writes.</summary>
    public Stream StandardOutput => process.StandardOutput.BaseStream;

    /// <summary>What it reads; close it to end its input.</summary>
    public Stream StandardInput => process.StandardInput.BaseStream;

    /// <summary>Its process id.</summary>
    public int ProcessId { get; }

    /// <summary>Starts a program.</summary>
    /// <param name="tool">The program.</param>
    /// <param name="arguments">Its arguments; never a secret, as everybody on the machine can read them.</param>
    /// <param name="environment">Variables beyond the few that are handed down, such as those of <see cref="ConnectionTarget.ToEnvironment()"/>.</param>
    /// <param name="cancellationToken">Kills the program when canceled.</param>
    /// <exception cref="ToolException"><c>ToolMissing</c> when it cannot be started.</exception>
    public static ToolProcess Start(
        ClientTool tool,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(tool.Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                start.Environment[name] = value;
            }
        }

        start.Environment["LC_ALL"] = "C";
        start.Environment["LC_MESSAGES"] = "C";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return new ToolProcess(tool, Process.Start(start)!, cancellationToken);
        }
        catch (Win32Exception e)
        {
            throw new ToolException(ErrorCatalog.ToolMissing, $"{tool.Path} cannot be started: {e.Message}", new ErrorContext { Target = tool.Program }, e);
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ToolExit> WaitAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return new ToolExit(tool, process.ExitCode, await errorText);
    }

    /// <summary>Kills it and its children, if it still runs.</summary>
    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile, which is what was wanted.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        await registration.DisposeAsync();
        if (!process.HasExited)
        {
            Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        await errorText;
        process.Dispose();
    }
}
