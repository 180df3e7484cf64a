using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Tests.Runtime;

public sealed class HostEnvironmentTests
{
    [Theory]
    [InlineData("")]
    [InlineData("here")]
    [InlineData(null)]
    public void Without_an_absolute_home_nothing_goes_to_the_current_folder(string? home)
    {
        var environment = HostEnvironment.From(name => name is "HOME" or "XDG_STATE_HOME" ? home : null);

        Assert.True(Path.IsPathFullyQualified(environment.HomeDirectory), environment.HomeDirectory);
        Assert.True(Path.IsPathFullyQualified(environment.StateDirectory), environment.StateDirectory);
        Assert.DoesNotContain(Environment.CurrentDirectory, environment.StateDirectory, StringComparison.Ordinal);
    }

    [Fact]
    public void The_variables_decide_where_they_say_something()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has folders of its own for both.");

        Assert.Equal("/h/.local/state/mina-backup", HostEnvironment.From(name => name is "HOME" ? "/h" : null).StateDirectory);
        Assert.Equal("/x/mina-backup", HostEnvironment.From(name => name is "XDG_STATE_HOME" ? "/x" : null).StateDirectory);
        Assert.Equal("/m", HostEnvironment.From(name => name is "MINA_STATE_PATH" ? "/m" : null).StateDirectory);
    }
}
