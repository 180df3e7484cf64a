using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Catalog;

/// <summary>Checks of the plain text by itself.</summary>
internal static class DumpChecks
{
    private const int Sections = 3;

    /// <summary>Judges the dump's end and whatever could make psql run programs.</summary>
    public static void CheckScript(CheckList checks, ScriptSummary summary, bool isOurs)
    {
        var problem = FindEndProblem(summary, isOurs);
        checks.Set(
            VerificationCheckKind.Trailer,
            problem,
            FormattableString.Invariant($"The dump ends as pg_dump ends it ({summary.Trailers} of {summary.Headers} sections)."));
        checks.Set(VerificationCheckKind.Script, FindScriptProblem(summary), "Nothing outside the rows would make psql run programs or reach beyond the database.");
    }

    /// <summary>The first hazard in one sentence.</summary>
    public static string Describe(IReadOnlyList<ScriptHazard> hazards)
    {
        var first = hazards[0];
        var more = hazards.Count > 1 ? FormattableString.Invariant($" and {hazards.Count - 1} more") : string.Empty;
        return FormattableString.Invariant($"Line {first.Line} holds what pg_dump does not write ({first.Kind}): {first.Text}{more}.");
    }

    // An honest dump made with options that a restore into a new database cannot follow is told from one that somebody changed.
    private static StructureProblem? FindScriptProblem(ScriptSummary summary)
    {
        // What is no dump at all is refused for that; its statements are nobody's deceit.
        var found = summary.Hazards.Concat(summary.LooksLikeDump ? summary.ForeignStatements : []).OrderBy(hazard => hazard.Offset).ToList();
        if (found.Count == 0)
        {
            return null;
        }

        if (summary.LooksLikeClusterDump)
        {
            return NotRestorable("The file is a dump of a whole server by pg_dumpall", "Dump each database with pg_dump.");
        }

        if (found.TrueForAll(hazard => IsOfCreate(hazard) || hazard.Kind == ScriptHazardKind.UnconditionalDrop) && found.Exists(IsOfCreate))
        {
            return NotRestorable("The dump was made with pg_dump --create: it creates its database and changes over to it", "Dump again without --create.");
        }

        return found.TrueForAll(hazard => hazard.Kind == ScriptHazardKind.UnconditionalDrop)
            ? NotRestorable("The dump was made with pg_dump --clean without --if-exists: it drops what a new database does not hold", "Dump again without --clean.")
            : new StructureProblem(ErrorCatalog.HostileScript, Describe(found));
    }

    private static StructureProblem NotRestorable(string why, string action) =>
        new(ErrorCatalog.DumpNotRestorable, $"{why}. {action}");

    private static bool IsOfCreate(ScriptHazard hazard) => hazard.Kind == ScriptHazardKind.WholeDatabase
        || (hazard.Kind == ScriptHazardKind.MetaCommand && hazard.Text.StartsWith("\\connect ", StringComparison.Ordinal));

    private static StructureProblem? FindEndProblem(ScriptSummary summary, bool isOurs)
    {
        if (!summary.LooksLikeDump)
        {
            return new StructureProblem(ErrorCatalog.BackupNotRecognized, "The file is not a plain dump of pg_dump.");
        }

        if (!summary.EndsCleanly || summary.Trailers == 0)
        {
            return new StructureProblem(ErrorCatalog.DumpIncomplete, "The dump breaks off: its last section has no trailer.");
        }

        return isOurs && summary.Trailers != Sections
            ? new StructureProblem(
                ErrorCatalog.DumpIncomplete,
                FormattableString.Invariant($"The dump has {summary.Trailers} sections instead of {Sections}."))
            : null;
    }
}
