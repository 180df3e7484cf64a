using System.Globalization;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// Name of a file that PostgreSQL archives: <c>SEGMENT</c>, <c>SEGMENT.partial</c>, <c>TIMELINE.history</c> or <c>SEGMENT.OFFSET.backup</c>.
/// In the archive <c>.gz</c> follows, and <c>.gpg</c> where it is encrypted.
/// </summary>
public sealed record WalFileName
{
    private const string PartialSuffix = ".partial";
    private const string HistorySuffix = ".history";
    private const string BackupSuffix = ".backup";
    private const string GzipSuffix = ".gz";
    private const string EncryptedSuffix = ".gz.gpg";

    private WalFileName(WalFileKind kind, WalSegmentName segment, string text)
    {
        Kind = kind;
        Segment = segment;
        Text = text;
    }

    /// <summary>What it is.</summary>
    public WalFileKind Kind { get; }

    /// <summary>The segment it is or belongs to; of a history file only the timeline means something.</summary>
    public WalSegmentName Segment { get; }

    /// <summary>Timeline that it belongs to; of a history file the one whose birth it tells of.</summary>
    public uint Timeline => Segment.Timeline;

    /// <summary>The name as PostgreSQL writes it.</summary>
    public string Text { get; }

    /// <summary>A complete segment's file.</summary>
    public static WalFileName OfSegment(WalSegmentName segment) => new(WalFileKind.Segment, segment, segment.ToString());

    /// <summary>A partial segment's file.</summary>
    public static WalFileName OfPartial(WalSegmentName segment) => new(WalFileKind.Partial, segment, segment + PartialSuffix);

    /// <summary>A timeline's history file.</summary>
    public static WalFileName OfHistory(uint timeline) =>
        new(WalFileKind.History, new WalSegmentName(timeline, 0, 0), timeline.ToString("X8", CultureInfo.InvariantCulture) + HistorySuffix);

    /// <summary>Reads a name as PostgreSQL writes it; null when it is none of its own.</summary>
    public static WalFileName? Parse(string text)
    {
        if (WalSegmentName.TryParse(text, out var segment))
        {
            return new WalFileName(WalFileKind.Segment, segment, text);
        }

        if (text.EndsWith(PartialSuffix, StringComparison.Ordinal) && WalSegmentName.TryParse(text.AsSpan(0, text.Length - PartialSuffix.Length), out segment))
        {
            return new WalFileName(WalFileKind.Partial, segment, text);
        }

        if (text.EndsWith(HistorySuffix, StringComparison.Ordinal)
            && Hexadecimal.TryParse(text.AsSpan(0, text.Length - HistorySuffix.Length), out var timeline) && timeline > 0)
        {
            return new WalFileName(WalFileKind.History, new WalSegmentName(timeline, 0, 0), text);
        }

        return IsBackupLabel(text, out segment) ? new WalFileName(WalFileKind.BackupLabel, segment, text) : null;
    }

    /// <summary>Reads the name of an object in an archive; null when it is none of an archive's.</summary>
    public static WalFileName? ParseObject(string name, out bool encrypted)
    {
        encrypted = name.EndsWith(EncryptedSuffix, StringComparison.Ordinal);
        var suffix = encrypted ? EncryptedSuffix : GzipSuffix;
        return name.EndsWith(suffix, StringComparison.Ordinal) ? Parse(name[..^suffix.Length]) : null;
    }

    /// <summary>Name of the object that holds this file in an archive.</summary>
    public string ToObjectName(bool encrypted) => Text + (encrypted ? EncryptedSuffix : GzipSuffix);

    /// <summary>The name as PostgreSQL writes it.</summary>
    public override string ToString() => Text;

    // 000000010000000000000003.00000028.backup
    private static bool IsBackupLabel(string text, out WalSegmentName segment)
    {
        segment = default;
        return text.Length == WalSegmentName.Length + 1 + 8 + BackupSuffix.Length
            && text.EndsWith(BackupSuffix, StringComparison.Ordinal)
            && text[WalSegmentName.Length] == '.'
            && Hexadecimal.TryParse(text.AsSpan(WalSegmentName.Length + 1, 8), out _)
            && WalSegmentName.TryParse(text.AsSpan(0, WalSegmentName.Length), out segment);
    }
}
