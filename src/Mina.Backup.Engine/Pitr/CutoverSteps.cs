using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr;

/// <summary>
/// How a branch's whole cluster takes the source's place: steps for a person to go through, as they stop and start a server that this product does
/// not own. Every step up to the start of the new one can be undone.
/// </summary>
internal static class CutoverSteps
{
    private const string OnBranch = "branch";
    private const string OnSource = "source";

    /// <summary>The steps for a branch.</summary>
    public static IReadOnlyList<PitrCutoverStep> For(PitrBranch branch)
    {
        var folder = Quote(branch.Path ?? "BRANCH");
        (string Where, string Title, string? Command, string Reason)[] steps =
        [
            (OnSource, "Stop everything that writes", null, "What is written from here on is not in the branch. Undone by starting the applications again."),
            (OnSource, "Archive the last WAL", "psql -c 'SELECT pg_switch_wal()' && mina -c 'Sync-MinaWalArchive'", "Whatever the source still has can then be recovered later, too."),
            (OnSource, "Stop the source", "pg_ctl stop -D \"$PGDATA\" -m fast", "Two servers with one identity must not run at once. Undone by pg_ctl start."),
            (OnSource, "Set its data directory aside", "mv \"$PGDATA\" \"$PGDATA.before\"", "It is the way back until the new one is accepted. Undone by moving it back."),
            (OnBranch, "Stop the branch", $"pg_ctl stop -D {folder}/data -m fast", "Its files must not change while they are copied. Undone by pg_ctl start."),
            (OnBranch, "Copy its data", $"cp -a --reflink=auto {folder}/data \"$PGDATA\"", "Where the source is another machine, use rsync -a. Owner and mode (0700) must be kept."),
            (OnBranch, "Place its tablespaces", $"ls -l {folder}/data/pg_tblspc; ls {folder}/tablespaces", "For each OID there, copy its folder to where the source had it (set aside what is there) and point the link in $PGDATA/pg_tblspc at it. Nothing to do without tablespaces."),
            (OnSource, "Put the source's configuration back", "for f in postgresql.conf postgresql.auto.conf pg_hba.conf pg_ident.conf; do [ ! -f \"$PGDATA/$f.source\" ] || mv -f \"$PGDATA/$f.source\" \"$PGDATA/$f\"; done", "The branch's own was generated: loopback only, no archiving, fsync off. Where the source keeps its files elsewhere (Debian: /etc/postgresql), remove the generated ones from $PGDATA instead."),
            (OnSource, "Bring the copy safely to the disk", "initdb --sync-only -D \"$PGDATA\"", "The branch ran without fsync; the database must survive a power failure from here on."),
            (OnSource, "Start it", "pg_ctl start -D \"$PGDATA\" -w", "It is on a new timeline. Undone by stopping it and moving $PGDATA.before back."),
            (OnSource, "Give the superuser its password back", $"psql -c '\\password {branch.Username ?? "postgres"}'", "The branch gave it one of its own."),
            (OnSource, "Prove it", "psql -c 'SELECT pg_is_in_recovery(), timeline_id FROM pg_control_checkpoint()'", "It must not be in recovery. Check the rows that this was done for before the applications start."),
            (OnSource, "Make a base backup", "mina -c 'New-MinaBaseBackup'", "Recovery to points after the cut-over starts from here."),
            (OnSource, "Restore replication", null, "Slots and subscriptions are not in the branch: recreate the slots, and build standbys anew from the new server."),
            (OnSource, "Start the applications", null, "Keep $PGDATA.before until nobody needs it any more."),
        ];
        return
        [
            .. steps.Select((step, index) => new PitrCutoverStep { Order = index + 1, Where = step.Where, Title = step.Title, Command = step.Command, Reason = step.Reason }),
        ];
    }

    private static string Quote(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
