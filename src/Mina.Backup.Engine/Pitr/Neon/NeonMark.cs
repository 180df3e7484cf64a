using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>
/// What this module notes beside a branch that it makes, in the project itself: that it made it, how the point was named, and which database and role
/// its connection leads to. So any machine with the key knows it, and no machine has to remember it.
/// </summary>
/// <param name="Kind">How the point was named.</param>
/// <param name="Database">Database asked for; null when none was.</param>
/// <param name="Role">Role asked for; null when none was.</param>
/// <param name="Run">Which creation it was, so that one whose answer was lost knows its own branch.</param>
internal sealed record NeonMark(PitrTargetKind Kind, string? Database, string? Role, string? Run)
{
    private const string KindKey = "mina-backup";
    private const string DatabaseKey = "mina-backup-database";
    private const string RoleKey = "mina-backup-role";
    private const string RunKey = "mina-backup-run";

    /// <summary>Reads the notes of a branch; null when they are not this module's.</summary>
    public static NeonMark? Read(IReadOnlyDictionary<string, string> notes) =>
        notes.TryGetValue(KindKey, out var kind)
            ? new NeonMark(
                Enum.TryParse<PitrTargetKind>(kind, out var known) ? known : PitrTargetKind.Latest,
                notes.GetValueOrDefault(DatabaseKey),
                notes.GetValueOrDefault(RoleKey),
                notes.GetValueOrDefault(RunKey))
            : null;

    /// <summary>The notes to keep.</summary>
    public IReadOnlyDictionary<string, string> ToNotes() =>
        new (string Key, string? Value)[] { (KindKey, Kind.ToString()), (DatabaseKey, Database), (RoleKey, Role), (RunKey, Run) }
            .Where(note => note.Value is not null)
            .ToDictionary(note => note.Key, note => note.Value!);
}
