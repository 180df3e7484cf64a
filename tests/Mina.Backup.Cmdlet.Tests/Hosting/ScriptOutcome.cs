using System.Management.Automation;

namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>What a script gave.</summary>
internal sealed record ScriptOutcome(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    RuntimeException? Thrown)
{
    /// <summary>The one error, written or thrown.</summary>
    public ErrorRecord Error => Thrown?.ErrorRecord ?? Assert.Single(Errors);

    /// <summary>Itself, unless it failed.</summary>
    public ScriptOutcome ThrowIfFailed()
    {
        if (Thrown is not null)
        {
            throw Thrown;
        }

        Assert.Empty(Errors);
        return this;
    }
}
