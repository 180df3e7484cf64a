using System.Management.Automation;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Pipeline;

/// <summary>Carries what a run tells to the cmdlet's streams, on the pipeline thread.</summary>
internal sealed class PumpObserver(Cmdlet cmdlet, PipelinePump pump, ProgressDisplay display) : IRunObserver
{
    /// <inheritdoc/>
    public void Verbose(string message) => pump.Post(() => cmdlet.WriteVerbose(message));

    /// <inheritdoc/>
    public void Debug(string message) => pump.Post(() => cmdlet.WriteDebug(message));

    /// <inheritdoc/>
    public void Warning(string message) => pump.Post(() => cmdlet.WriteWarning(message));

    /// <inheritdoc/>
    public void Progress(RunProgress progress) => display.Report(progress);
}
