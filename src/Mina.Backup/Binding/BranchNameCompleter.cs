using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Mina.Backup.Engine;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Binding;

/// <summary>Completes names of branches, newest first.</summary>
public sealed class BranchNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var engine = new PitrEngine(HostEnvironment.Current(), TimeProvider.System);
        IReadOnlyList<PitrBranch> branches;
        try
        {
            branches = engine.PeekBranches();
        }
        catch (MinaException)
        {
            // There is nowhere to show an error while someone types; the command itself will report it.
            return [];
        }

        return branches
            .Where(branch => branch.Name.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            .Select(branch => new CompletionResult(branch.Name, branch.Name, CompletionResultType.ParameterValue, $"{branch.State}, {branch.Target}"));
    }
}
