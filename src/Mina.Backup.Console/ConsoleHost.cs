using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Reflection;

namespace Mina.Backup.Console;

/// <summary>What the PowerShell engine knows of this program.</summary>
internal sealed class ConsoleHost(ConsoleUserInterface userInterface, ErrorReport errors, ForegroundProgram foreground) : PSHost
{
    /// <summary>Version of the product.</summary>
    public static Version ProductVersion { get; } = Assembly.GetExecutingAssembly().GetName().Version ?? new Version(0, 0, 0);

    /// <summary>Status given by <c>exit</c>; null as long as there was none.</summary>
    public int? ExitStatus { get; private set; }

    public override string Name => "mina";

    public override Version Version => ProductVersion;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => userInterface;

    /// <summary>The way from the end of a pipeline back to this run.</summary>
    public override PSObject PrivateData { get; } = PSObject.AsPSObject(errors);

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override void SetShouldExit(int exitCode) => ExitStatus = exitCode;

    public override void EnterNestedPrompt() =>
        throw new InteractionUnavailableException("A nested prompt is not available in mina.");

    public override void ExitNestedPrompt() =>
        throw new InteractionUnavailableException("A nested prompt is not available in mina.");

    public override void NotifyBeginApplication()
    {
        userInterface.ClearProgress();
        foreground.Begin();
    }

    public override void NotifyEndApplication() => foreground.End();
}
