using System.Management.Automation;
using System.Reflection;

namespace Mina.Backup.Console;

/// <summary>
/// The end of every pipeline. Results render through the engine's own <c>Out-Default</c>; errors are handed to the run's
/// <see cref="ErrorReport"/>. Errors arrive merged with results, as under <c>pwsh</c>: only then does the engine leave the real
/// standard error to native programs instead of reading it line by line.
/// </summary>
[Cmdlet(VerbsData.Out, "Default")]
public sealed class OutDefaultCommand : Microsoft.PowerShell.Commands.OutDefaultCommand
{
    // The engine marks a merged error on its wrapper and shows the mark to nobody. Without it (another engine version)
    // every error record counts: rather a failure too many than a success on doubt.
    private static readonly PropertyInfo? StreamMark =
        typeof(PSObject).GetProperty("WriteStream", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <inheritdoc />
    protected override void ProcessRecord()
    {
        if (InputObject is { BaseObject: ErrorRecord error } wrapper
            && CameFromErrorStream(wrapper)
            && Host.PrivateData?.BaseObject is ErrorReport report)
        {
            report.Add(error);
            return;
        }

        base.ProcessRecord();
    }

    private static bool CameFromErrorStream(PSObject wrapper) =>
        StreamMark is null || string.Equals(StreamMark.GetValue(wrapper)?.ToString(), "Error", StringComparison.Ordinal);
}
