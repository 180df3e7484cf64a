using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;

namespace Mina.Backup.Console;

/// <summary>One line at the bottom of the terminal that shows the latest progress; nothing where there is no terminal.</summary>
internal sealed class ProgressLine(TextWriter terminal, bool enabled, PSHostRawUserInterface screen)
{
    private readonly Lock gate = new();
    private bool shown;

    /// <summary>Draws a record over the former one.</summary>
    public void Show(ProgressRecord record)
    {
        if (!enabled)
        {
            return;
        }

        lock (gate)
        {
            Erase();
            if (record.RecordType == ProgressRecordType.Completed)
            {
                return;
            }

            var line = Describe(record);
            var room = Math.Max(10, screen.BufferSize.Width - 1);
            terminal.Write(line.Length <= room ? line : line[..room]);
            terminal.Flush();
            shown = true;
        }
    }

    /// <summary>Takes the line away so that other text can be written.</summary>
    public void Clear()
    {
        lock (gate)
        {
            Erase();
        }
    }

    private static string Describe(ProgressRecord record)
    {
        var text = new StringBuilder(record.Activity);
        if (record.PercentComplete >= 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" {record.PercentComplete}%");
        }

        foreach (var part in new[] { record.StatusDescription, record.CurrentOperation })
        {
            if (!string.IsNullOrWhiteSpace(part))
            {
                text.Append(CultureInfo.InvariantCulture, $" {part}");
            }
        }

        if (record.SecondsRemaining > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", {TimeSpan.FromSeconds(record.SecondsRemaining):g} left");
        }

        return text.Replace('\n', ' ').Replace('\r', ' ').ToString();
    }

    private void Erase()
    {
        if (shown)
        {
            terminal.Write("\r\u001b[K");
            terminal.Flush();
            shown = false;
        }
    }
}
