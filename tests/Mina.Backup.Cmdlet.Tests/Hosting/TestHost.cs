using System.Globalization;
using System.Management.Automation.Host;

namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>A PowerShell host without a terminal.</summary>
internal sealed class TestHost(TestUserInterface userInterface, CultureInfo culture) : PSHost
{
    public override CultureInfo CurrentCulture => culture;

    public override CultureInfo CurrentUICulture => culture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "Mina.Backup tests";

    public override PSHostUserInterface UI => userInterface;

    public override Version Version => new(1, 0);

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }
}
