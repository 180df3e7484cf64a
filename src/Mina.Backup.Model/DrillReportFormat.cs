namespace Mina.Backup.Model;

/// <summary>How a report on drills is written.</summary>
public enum DrillReportFormat
{
    /// <summary>One HTML file that needs nothing else, with charts.</summary>
    Html,

    /// <summary>Markdown, as GitHub reads it.</summary>
    Markdown,

    /// <summary>JSON, for programs.</summary>
    Json,
}
