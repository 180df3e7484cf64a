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
        if (summary.Hazards.Count > 0)
        {
            checks.Fail(VerificationCheckKind.Script, ErrorCatalog.HostileScript, Describe(summary.Hazards));
        }
        else
        {
            checks.Pass(VerificationCheckKind.Script, "Nothing outside the rows would make psql run programs.");
        }
    }

    /// <summary>The first hazard in one sentence.</summary>
    public static string Describe(IReadOnlyList<ScriptHazard> hazards)
    {
        var first = hazards[0];
        var more = hazards.Count > 1 ? FormattableString.Invariant($" and {hazards.Count - 1} more") : string.Empty;
        return FormattableString.Invariant($"Line {first.Line} holds what pg_dump does not write ({first.Kind}): {first.Text}{more}.");
    }

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
