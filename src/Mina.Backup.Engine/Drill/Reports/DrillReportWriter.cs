using System.Globalization;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Reports;

/// <summary>Writes reports on drills. A file appears only when it is complete, mode 0600.</summary>
public sealed class DrillReportWriter
{
    private readonly HostEnvironment environment;
    private readonly TimeProvider clock;

    /// <summary>Creates a writer for a machine.</summary>
    public DrillReportWriter(HostEnvironment environment, TimeProvider clock)
    {
        this.environment = environment;
        this.clock = clock;
    }

    /// <summary>Writes one report. A history that is not intact is told in the report and beside it.</summary>
    /// <exception cref="CatalogException"><c>DrillNotFound</c>.</exception>
    /// <exception cref="StorageException"><c>ObjectExists</c> unless the request overwrites; the file or the history cannot be written or read.</exception>
    public async Task<WrittenDrillReport> WriteAsync(DrillReportRequest request, CancellationToken cancellationToken)
    {
        var history = await new DrillHistory(environment, clock, request.Query.HistoryPath).ReadAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var content = DrillReportBuilder.Build(request, history, now);
        var path = ChoosePath(request, now);
        var format = ChooseFormat(request);
        var report = format switch
        {
            DrillReportFormat.Markdown => new MarkdownReport(content).Write(),
            DrillReportFormat.Json => JsonReport.Write(content),
            _ => new HtmlReport(content).Write(),
        };
        await SaveAsync(path, report, request.Overwrite, cancellationToken);
        return new WrittenDrillReport(
            new DrillReport
            {
                Path = path,
                Format = format,
                Drills = content.Drills.Count,
                Verdict = content.Drills[0].Drill.Verdict,
                IsHistoryIntact = history.IsIntact,
                Size = report.Length,
                Sha256 = DrillLine.Hash(report),
            },
            history.Failure());
    }

    private static DrillReportFormat ChooseFormat(DrillReportRequest request) => request.Format ?? Path.GetExtension(request.Path).ToUpperInvariant() switch
    {
        ".MD" or ".MARKDOWN" => DrillReportFormat.Markdown,
        ".JSON" => DrillReportFormat.Json,
        _ => DrillReportFormat.Html,
    };

    private static string ChoosePath(DrillReportRequest request, DateTimeOffset now)
    {
        var path = Path.GetFullPath(request.Path);
        if (!Directory.Exists(path))
        {
            return path;
        }

        var ending = request.Format switch
        {
            DrillReportFormat.Markdown => "md",
            DrillReportFormat.Json => "json",
            _ => "html",
        };
        return Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"mina_drill_report_{now.UtcDateTime:yyyyMMdd_HHmmss}.{ending}"));
    }

    private static async Task SaveAsync(string path, byte[] report, bool overwrite, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(path)!;
        await using var staged = StorageErrors.Translate(path, "created", () =>
        {
            Directory.CreateDirectory(folder);
            return StagedFile.Create(folder, Path.GetFileName(path), overwrite);
        });
        await staged.Content.WriteAsync(report, cancellationToken);
        await staged.CommitAsync(cancellationToken);
    }
}
