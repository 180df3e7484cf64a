using Microsoft.Playwright;

namespace Mina.Backup.Engine.Tests.DrillReports;

/// <summary>One headless Chromium, the machine's own, for the tests that look at a page.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>The browser.</summary>
    public async Task<IBrowser> LaunchAsync()
    {
        var program = Find();
        Assert.SkipWhen(program is null, "No Chromium was found; on Debian: apt-get install chromium.");
        playwright ??= await Playwright.CreateAsync();

        // The sandbox does not start for root; the page that is shown is the tests' own.
        return browser ??= await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = Environment.IsPrivilegedProcess ? ["--no-sandbox"] : [] });
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser"), Path.Combine(folder, "google-chrome")])
        .FirstOrDefault(File.Exists);
}
