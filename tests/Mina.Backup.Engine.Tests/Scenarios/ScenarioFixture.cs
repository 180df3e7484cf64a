namespace Mina.Backup.Engine.Tests.Scenarios;

/// <summary>One server for all scenarios that do not harm it. Scenarios run one after the other.</summary>
public sealed class ScenarioFixture : IAsyncLifetime
{
    private ScenarioServer? server;

    /// <summary>The shared server; every scenario begins with no database but initdb's.</summary>
    public ScenarioServer Server => server ?? throw new InvalidOperationException("The server is not started yet.");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            server = await ScenarioServer.StartAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
