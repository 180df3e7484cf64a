using System.Globalization;
using System.Management.Automation;

namespace Mina.Backup.Console;

/// <summary>
/// What the engine calls when something is piped into a native program. PowerShell's own <c>Out-String</c> is in an assembly that
/// is not published as a package; text and numbers need none of its formatting, other objects are refused rather than garbled.
/// </summary>
[Cmdlet(VerbsData.Out, "String")]
[OutputType(typeof(string))]
public sealed class OutStringCommand : Cmdlet
{
    /// <summary>What is piped.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>One string for each object; always so here.</summary>
    [Parameter]
    public SwitchParameter Stream { get; set; }

    /// <summary>Width of a line; text is never broken here.</summary>
    [Parameter]
    public int Width { get; set; }

    /// <inheritdoc />
    protected override void ProcessRecord()
    {
        switch (InputObject?.BaseObject)
        {
            case null:
                return;
            case string text:
                WriteObject(text);
                return;
            case IFormattable number when number.GetType().IsPrimitive || number is decimal:
                WriteObject(number.ToString(null, CultureInfo.InvariantCulture));
                return;
            case var other:
                var problem = new InvalidOperationException($"mina pipes text and numbers into programs, not {other.GetType().Name}. Make text of it first.");
                ThrowTerminatingError(new ErrorRecord(problem, "NotText", ErrorCategory.InvalidArgument, other));
                return;
        }
    }
}
