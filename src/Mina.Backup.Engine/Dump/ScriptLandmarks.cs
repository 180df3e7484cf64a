using System.Text;
using System.Text.RegularExpressions;

namespace Mina.Backup.Engine.Dump;

/// <summary>What the comments of a script tell: where dumps begin and end, which versions wrote them, and the proof that stands behind them.</summary>
internal sealed partial class ScriptLandmarks(bool collectProof)
{
    private readonly List<string> proofLines = [];
    private bool proofSeen;
    private bool nextRunViaRoot;

    /// <summary>Dumps that began.</summary>
    public int Headers { get; private set; }

    /// <summary>Dumps that were complete.</summary>
    public int Trailers { get; private set; }

    /// <summary>Whether every dump that began is complete.</summary>
    public bool IsBetweenDumps => Headers == Trailers;

    /// <summary>Number of the section, from 0; what precedes the first one belongs to it.</summary>
    public int Section => Math.Max(0, proofSeen ? Headers : Headers - 1);

    /// <summary>Whether pg_dumpall wrote it.</summary>
    public bool LooksLikeClusterDump { get; private set; }

    /// <summary>Version of the server that was dumped, as written; null when not told.</summary>
    public string? ServerVersion { get; private set; }

    /// <summary>Version of the pg_dump, as written; null when not told.</summary>
    public string? DumpVersion { get; private set; }

    /// <summary>Lines of the proof, if they are collected.</summary>
    public IReadOnlyList<string> ProofLines => proofLines;

    private static ReadOnlySpan<byte> SectionHeader => "-- PostgreSQL database dump"u8;

    private static ReadOnlySpan<byte> ProofMark => "-- mina:"u8;

    /// <summary>Whether a comment, not yet observed, is the first line of a section.</summary>
    public bool BeginsSection(ReadOnlySpan<byte> comment) => comment.SequenceEqual(SectionHeader) || (!proofSeen && comment.StartsWith(ProofMark));

    /// <summary>Takes a comment; true when a dump begins with it.</summary>
    public bool Observe(ReadOnlySpan<byte> comment)
    {
        if (comment.SequenceEqual(SectionHeader))
        {
            Headers++;
            return true;
        }

        if (comment.StartsWith("-- PostgreSQL database dump complete"u8))
        {
            Trailers++;
        }
        else if (comment.SequenceEqual("-- PostgreSQL database cluster dump"u8))
        {
            LooksLikeClusterDump = true;
        }
        else if (comment.StartsWith("-- load via partition root "u8))
        {
            nextRunViaRoot = true;
        }
        else if (comment.StartsWith(ProofMark))
        {
            proofSeen = true;
            if (collectProof)
            {
                proofLines.Add(Encoding.UTF8.GetString(comment[ProofMark.Length..]).TrimStart());
            }
        }
        else if (comment.StartsWith("-- Dumped "u8))
        {
            ObserveVersion(Encoding.UTF8.GetString(comment));
        }

        return false;
    }

    /// <summary>Whether the comment before a table's rows says that they go through the root of its partitions; told once.</summary>
    public bool TakeViaRoot()
    {
        var viaRoot = nextRunViaRoot;
        nextRunViaRoot = false;
        return viaRoot;
    }

    private void ObserveVersion(string comment)
    {
        if (VersionComment().Match(comment) is not { Success: true } version)
        {
            return;
        }

        if (version.Groups[1].Value == "by pg_dump")
        {
            DumpVersion ??= version.Groups[2].Value;
        }
        else
        {
            ServerVersion ??= version.Groups[2].Value;
        }
    }

    [GeneratedRegex(@"^-- Dumped (from database|by pg_dump) version ([^\s]+)")]
    private static partial Regex VersionComment();
}
