using System.Management.Automation;
using Mina.Backup.Engine.Requests;

namespace Mina.Backup.Binding;

/// <summary>A smoke test that is a script block. It runs where scripts run, on the pipeline's thread.</summary>
internal static class ScriptSmokeTest
{
    private const int LongestName = 60;

    /// <summary>Makes a test.</summary>
    /// <param name="script">The script; it is given the connection URI as <c>$_</c> and as its argument. It fails when it throws or returns <c>$false</c>.</param>
    /// <param name="post">Has something done on the pipeline's thread.</param>
    public static SmokeTest Create(ScriptBlock script, Action<Action> post) =>
        new(Name(script), (uri, token) => RunAsync(script, uri, post, token));

    private static async Task<IReadOnlyList<string>> RunAsync(ScriptBlock script, string connectionUri, Action<Action> post, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        post(() =>
        {
            try
            {
                done.SetResult(Judge(script, connectionUri));
            }
            catch (PipelineStoppedException)
            {
                done.SetCanceled(CancellationToken.None);
                throw;
            }
            catch (RuntimeException thrown)
            {
                done.SetResult([$"{thrown.ErrorRecord?.ToString() ?? thrown.Message}: {script.ToString().Trim()}"]);
            }
        });

        // Whoever stops the pipeline stops the pump, too: what was posted then is never done.
        return await done.Task.WaitAsync(cancellationToken);
    }

    private static IReadOnlyList<string> Judge(ScriptBlock script, string connectionUri)
    {
        var output = script.InvokeWithContext(null, [new PSVariable("_", connectionUri)], connectionUri);
        return output.Any(value => value?.BaseObject is false) ? [$"It returned $false: {script.ToString().Trim()}"] : [];
    }

    private static string Name(ScriptBlock script)
    {
        var line = script.ToString().Trim().Split('\n')[0].Trim();
        return line.Length > LongestName ? line[..LongestName] + "..." : line;
    }
}
