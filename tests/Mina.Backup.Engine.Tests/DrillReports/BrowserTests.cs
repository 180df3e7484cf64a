using Microsoft.Playwright;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.DrillReports;

/// <summary>What a browser makes of the page: on a screen and a phone, in light and dark, and on paper.</summary>
public sealed class BrowserTests(BrowserFixture fixture) : IClassFixture<BrowserFixture>, IDisposable
{
    private const double LeastContrast = 4.5;

    // Every visible text with its contrast against the nearest background that is not transparent (WCAG 2, relative luminance).
    private const string Contrasts = """
        () => {
            const parse = color => color.match(/[\d.]+/g).map(Number);
            const luminance = color => {
                const [r, g, b] = parse(color).slice(0, 3).map(value => value / 255).map(value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const background = element => {
                for (let at = element; at; at = at.parentElement) {
                    const color = getComputedStyle(at).backgroundColor;
                    if (parse(color)[3] !== 0) { return color; }
                }

                return 'rgb(255, 255, 255)';
            };
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = [];
            while (walker.nextNode()) {
                const element = walker.currentNode.parentElement;
                const text = walker.currentNode.textContent.trim();
                if (!text || !element.getClientRects().length) { continue; }
                const style = getComputedStyle(element);
                const [one, other] = [luminance(element.closest('svg') ? style.fill : style.color), luminance(background(element))];
                found.push({ text, ratio: (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) });
            }

            return found;
        }
        """;

    private readonly ReportSite site = new();

    public void Dispose() => site.Dispose();

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    public async Task The_page_reads_well_on_a_screen(int width, ColorScheme scheme)
    {
        await using var context = await NewContextAsync(width, scheme);
        var page = await OpenAsync(context);
        await AssertFitsAsync(page);
        await AssertContrastAsync(page);

        var verdict = page.Locator(".standing .verdict").First;
        Assert.True(await verdict.IsVisibleAsync());
        Assert.Equal("Passed", (await verdict.InnerTextAsync()).Trim());
        Assert.True((await verdict.BoundingBoxAsync())!.Y < 600);
        Assert.Equal(scheme == ColorScheme.Dark, await page.EvaluateAsync<int>("() => Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])") < 60);

        var charts = page.Locator("svg[role=img]");
        var points = await charts.EvaluateAllAsync<int[]>("charts => charts.map(chart => chart.querySelectorAll('.point').length)");
        Assert.Equal([7, 8, 2, 2], points);
        Assert.True(await charts.EvaluateAllAsync<bool>("charts => charts.every(chart => chart.getBoundingClientRect().width > 250 && [...chart.querySelectorAll('text')].every(text => text.getBoundingClientRect().height > 9))"));
    }

    [Fact]
    public async Task The_page_prints_dark_on_white_with_whole_tables()
    {
        // 178 mm, what the margins leave of A4.
        await using var context = await NewContextAsync(673, ColorScheme.Dark);
        var page = await OpenAsync(context);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print, ColorScheme = ColorScheme.Dark });
        await AssertFitsAsync(page);
        await AssertContrastAsync(page);

        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
        Assert.True(await page.EvaluateAsync<bool>("() => [...document.querySelectorAll('table')].every(table => getComputedStyle(table).display === 'table' && getComputedStyle(table.tHead).display === 'table-header-group' && table.scrollWidth <= table.parentElement.clientWidth)"));
        var pdf = await page.PdfAsync(new PagePdfOptions { PreferCSSPageSize = true, PrintBackground = true });
        Assert.Equal("%PDF"u8.ToArray(), pdf[..4]);
    }

    [Fact]
    public async Task Listeners_hear_headings_tables_and_charts_at_phone_width_too()
    {
        await using var context = await NewContextAsync(360, ColorScheme.Light);
        var page = await OpenAsync(context);
        var sessions = page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = "391,003" });

        Assert.Equal(1, await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 1 }).CountAsync());
        Assert.Equal(SampleDrills.HalfYear.Count + 4, await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Level = 2 }).CountAsync());
        Assert.Equal(2, await page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = "Recovery time", Exact = true }).CountAsync());
        Assert.Equal("public.sessions", (await sessions.GetByRole(AriaRole.Rowheader).InnerTextAsync()).Trim());
        Assert.Equal(4, await sessions.GetByRole(AriaRole.Cell).CountAsync());
    }

    [Fact]
    public async Task A_hostile_name_runs_nothing_and_breaks_no_layout()
    {
        const string Hostile = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\"></style></svg>";
        var drill = SampleDrills.Backup("2026-11-20T02:00:00Z", 200, 5, database: Hostile) with
        {
            Tables = [new TableComparison { Table = Hostile + new string('x', 400), ExpectedRows = long.MaxValue, ActualRows = long.MaxValue, Outcome = CheckOutcome.Failed, Detail = Hostile }],
        };
        await using var context = await NewContextAsync(360, ColorScheme.Light);
        var page = await OpenAsync(context, drill);
        await AssertFitsAsync(page);

        Assert.StartsWith("Recovery drills: Database <script>", await page.TitleAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await page.Locator("script, img").CountAsync());
        Assert.Contains(Hostile, await page.Locator("h1").InnerTextAsync(), StringComparison.Ordinal);
    }

    private static async Task AssertFitsAsync(IPage page)
    {
        var wide = await page.EvaluateAsync<string[]>("""
            () => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? []
                : [...document.body.querySelectorAll('*')].filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth).map(element => element.outerHTML.slice(0, 100))
            """);
        Assert.Empty(wide);
    }

    private static async Task AssertContrastAsync(IPage page)
    {
        var texts = await page.EvaluateAsync<Contrast[]>(Contrasts);

        Assert.True(texts.Length > 500);
        Assert.Empty(texts.Where(text => text.Ratio < LeastContrast).Select(text => $"{text.Ratio:0.0} {text.Text}"));
    }

    private async Task<IBrowserContext> NewContextAsync(int width, ColorScheme scheme)
    {
        var browser = await fixture.LaunchAsync();
        return await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 800 }, ColorScheme = scheme });
    }

    /// <summary>The report on the drills, opened; a message on the console, an error or a request for anything else fails the test.</summary>
    private async Task<IPage> OpenAsync(IBrowserContext context, params RecoveryDrillResult[] drills)
    {
        await site.RecordAsync(drills.Length > 0 ? drills : SampleDrills.HalfYear);
        await site.ReportAsync("report.html");
        var address = new Uri(site.PathOf("report.html")).AbsoluteUri;
        List<string> noise = [];
        var page = await context.NewPageAsync();
        page.Console += (_, message) => noise.Add(message.Text);
        page.PageError += (_, error) => noise.Add(error);
        page.Request += (_, request) => noise.Add(request.Url);
        await page.GotoAsync(address, new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });

        Assert.Equal([address], noise);
        return page;
    }

    private sealed record Contrast
    {
        public string Text { get; set; } = "";

        public double Ratio { get; set; }
    }
}
