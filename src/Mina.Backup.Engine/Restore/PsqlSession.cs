using System.Security.Cryptography;
using System.Text;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// One psql process that is fed through its standard input: it stops at the first error and reports it with its SQLSTATE. Scripts mean
/// what psql makes of them, so it is psql that reads them. Disposing it kills what still runs; a transaction then open is rolled back.
/// </summary>
internal sealed class PsqlSession : ICopyOut, IAsyncDisposable
{
    private static readonly string[] Arguments =
        ["-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-f", "-"];

    private readonly ToolProcess process;
    private readonly PsqlOutput output;
    private readonly PsqlRestriction restriction = new();
    private readonly string target;

    private PsqlSession(ClientTool psql, ConnectionTarget target, int serverMajor, CancellationToken cancellationToken)
    {
        PsqlRestriction.EnsureKnownTo(psql);
        var environment = new Dictionary<string, string>(target.ToEnvironment($"{PinnedSettings.ToOptions(serverMajor)} -c default_transaction_read_only=off"))
        {
            ["PGCLIENTENCODING"] = "UTF8",
        };
        process = ToolProcess.Start(psql, Arguments, environment, cancellationToken);
        output = new PsqlOutput(process.StandardOutput);
        this.target = target.Database;
    }

    /// <summary>Starts psql on a database; canceling kills it.</summary>
    /// <param name="psql">psql.</param>
    /// <param name="target">The database.</param>
    /// <param name="serverMajor">Major version of its server, which says what time-outs there are to switch off.</param>
    /// <param name="cancellationToken">Kills it.</param>
    public static PsqlSession Start(ClientTool psql, ConnectionTarget target, int serverMajor, CancellationToken cancellationToken) =>
        new(psql, target, serverMajor, cancellationToken);

    /// <summary>Runs SQL of our own.</summary>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        WriteAsync(Encoding.UTF8.GetBytes(sql + ";\n"), cancellationToken);

    /// <summary>Gives psql a dump, or a part of one, in restricted mode.</summary>
    public async Task RunScriptAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> script, ScriptFilter filter, CancellationToken cancellationToken)
    {
        var rewriter = new ScriptRewriter(filter);
        await WriteAsync(Encoding.UTF8.GetBytes(restriction.Begin), cancellationToken);
        await foreach (var portion in script.WithCancellation(cancellationToken))
        {
            rewriter.Append(portion.Span, target);
            await WriteAsync(rewriter.Output, cancellationToken);
            rewriter.Clear();
        }

        rewriter.Complete(target);
        await WriteAsync(rewriter.Output, cancellationToken);
        await WriteAsync(Encoding.UTF8.GetBytes(restriction.End), cancellationToken);
    }

    /// <summary>Waits until psql has done everything that it was given so far.</summary>
    public Task SynchronizeAsync(CancellationToken cancellationToken) => CaptureAsync("", _ => { }, cancellationToken);

    /// <inheritdoc/>
    public Task ReadAsync(string copy, CopyOutHandler handler, CancellationToken cancellationToken) =>
        CaptureAsync($"{copy};\n", handler, cancellationToken);

    /// <summary>Ends the input and waits for psql to end well; its first error otherwise.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.DisposeAsync();
        }
        catch (IOException)
        {
            // psql ended before; its exit says why.
        }

        await EndAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await process.DisposeAsync();

    private async Task CaptureAsync(string sql, CopyOutHandler handler, CancellationToken cancellationToken)
    {
        var key = RandomNumberGenerator.GetHexString(32);
        var captured = output.CaptureAsync(Encoding.ASCII.GetBytes($"begin {key}\n"), Encoding.ASCII.GetBytes($"end {key}\n"), handler);
        await WriteAsync(Encoding.UTF8.GetBytes($"SELECT 'begin {key}';\n{sql}SELECT 'end {key}';\n"), cancellationToken);
        try
        {
            await captured.WaitAsync(cancellationToken);
        }
        catch (EndOfStreamException)
        {
            await EndAsync(cancellationToken);
            throw;
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        try
        {
            await process.StandardInput.WriteAsync(bytes, cancellationToken);
            await process.StandardInput.FlushAsync(cancellationToken);
        }
        catch (IOException problem)
        {
            await EndAsync(cancellationToken);
            throw new ToolException(ErrorCatalog.ToolFailed, $"psql stopped reading while {target} was loaded.", new ErrorContext { Target = target }, problem);
        }
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        await output.Ended.WaitAsync(cancellationToken);
        var exit = await process.WaitAsync(cancellationToken);
        PsqlExit.ThrowIfFailed(exit, target);
    }
}
