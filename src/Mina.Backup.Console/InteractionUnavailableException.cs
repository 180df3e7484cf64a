using System.Management.Automation.Host;

namespace Mina.Backup.Console;

/// <summary>A command asked, and nobody is there to answer. The message says which switch answers beforehand.</summary>
internal sealed class InteractionUnavailableException : HostException
{
    /// <summary>Creates it.</summary>
    public InteractionUnavailableException(string message)
        : base(message, null, "InteractionUnavailable", System.Management.Automation.ErrorCategory.ResourceUnavailable)
    {
    }
}
