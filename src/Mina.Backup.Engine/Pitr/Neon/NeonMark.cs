using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Neon;

/// <summary>
/// What this module notes beside a branch that it makes, in the project itself: that it made it, how the point was named, and which database and role
/// its connection leads to. So any machine with the key knows it, and no machine has to remember it.
/// </summary>
/// <param name="Kind">How the point was named.</param>
/// <param name="Database">Database asked for; null when none was.</param>
/// <param name="Role">Role asked for; null when none was.</param>
internal sealed record NeonMark(PitrTargetKind Kind, string? Database, string? Role)
{
    private const string KindKey = "mina-backup";
    private const string DatabaseKey = "mina-backup-database";
    private const string RoleKey = "mina-backup-role";

    /// <summary>Reads the notes of a branch; null when they are not this module's.</summary>
    public static NeonMark? Read(IReadOnlyDictionary<string, string> notes) =>
        notes.TryGetValue(KindKey, out var kind)
            ? new NeonMark(Enum.TryParse<PitrTargetKind>(kind, out var known) ? known : PitrTargetKind.Latest, notes.GetValueOrDefault(DatabaseKey), notes.GetValueOrDefault(RoleKey))
            : null;

    /// <summary>The notes to keep.</summary>
    public IReadOnlyDictionary<string, string> ToNotes()
    {
        var notes = new Dictionary<string, string> { [KindKey] = Kind.ToString() };
        if (Database is not null)
        {
            notes[DatabaseKey] = Database;
        }

        if (Role is not null)
        {
            notes[RoleKey] = Role;
        }

        return notes;
    }
}
