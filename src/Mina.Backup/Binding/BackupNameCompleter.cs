using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Mina.Backup.Engine;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Formatting;
using Mina.Backup.Model;

namespace Mina.Backup.Binding;

/// <summary>Completes names of backups: of the place given on the same command line, else of the default folders; newest first.</summary>
public sealed class BackupNameCompleter : IArgumentCompleter
{
    // A completion that keeps someone waiting is worse than none.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var query = new BackupQuery
        {
            Locations = [.. Locations(fakeBoundParameters)],
            Names = [WildcardPattern.Escape(wordToComplete.Trim('\'', '"')) + "*"],
        };
        try
        {
            return Task.Run(() => ListAsync(query)).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is MinaException or OperationCanceledException)
        {
            // There is nowhere to show an error while someone types; the command itself will report it.
            return [];
        }
    }

    private static async Task<List<CompletionResult>> ListAsync(BackupQuery query)
    {
        using var patience = new CancellationTokenSource(Patience);
        var engine = new BackupEngine(HostEnvironment.Current(), TimeProvider.System);
        var results = new List<CompletionResult>();
        await foreach (var backup in engine.ListAsync(query, patience.Token))
        {
            results.Add(new CompletionResult(Quote(backup.Name), backup.Name, CompletionResultType.ParameterValue, Describe(backup)));
        }

        return results;
    }

    private static IEnumerable<string> Locations(IDictionary bound)
    {
        foreach (var name in (string[])["Path", "Location"])
        {
            if (bound[name] is { } value)
            {
                foreach (var location in LanguagePrimitives.ConvertTo<string[]>(value))
                {
                    yield return Absolute(location);
                }
            }
        }
    }

    // A completer is handed no session; a script block finds the one it runs in, and with it the current location.
    private static string Absolute(string path) => path.Contains("://", StringComparison.Ordinal)
        ? path
        : (string)ScriptBlock
            .Create("param($Path) $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)")
            .Invoke(path)[0].BaseObject;

    private static string Describe(BackupInfo backup) =>
        $"{backup.Database ?? "unknown database"}, {Readable.Size(backup.Size)}, {Readable.Time(backup.CreatedAt)}, {backup.State}";

    private static string Quote(string name) => name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.')
        ? name
        : "'" + CodeGeneration.EscapeSingleQuotedStringContent(name) + "'";
}
