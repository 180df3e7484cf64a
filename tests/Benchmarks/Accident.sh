#!/usr/bin/env bash
# From an accident to the rows back, in one script, on a 900 MB database with 500 MB of WAL behind the base backup: find the transaction, branch just before it,
# compare, copy back, remove the branch. Every row is then compared with a copy that was made before the accident.
#   tests/Benchmarks/Accident.sh [rounds]
. "$(dirname "$0")/source-server.sh"
rounds=${1:-3}
write_wal 400
cat > "$work/recover.ps1" <<'PS'
$ErrorActionPreference = 'Stop'
$null = Sync-MinaWalArchive
$found = Find-MinaTransaction -Table segments -Operation Delete -First 1
$branch = $found | New-MinaPitrBranch -Name before
$compared = Compare-MinaPitrBranch $branch.Name -Table segments
$copied = Copy-MinaPitrRow $branch.Name -Table segments -Confirm:$false
$null = $branch | Remove-MinaPitrBranch
$phases = ($branch.Phases | ForEach-Object { "$($_.Phase) $([math]::Round($_.Duration.TotalSeconds, 2))" }) -join ', '
[Console]::WriteLine("  transaction $($found.Xid), missing $($compared.Missing), branch $([math]::Round($branch.Duration.TotalSeconds, 2)) s ($phases)")
PS
"$mina" -Command 'Get-Command Copy-MinaPitrRow' > /dev/null
for round in $(seq 1 "$rounds"); do
    sql -c 'CREATE TABLE control AS SELECT * FROM segments'
    sql -c "DELETE FROM segments WHERE session BETWEEN ${round}000 AND ${round}999"
    echo "deleted: $(sql -c 'SELECT (SELECT count(*) FROM control) - (SELECT count(*) FROM segments)') rows"
    write_wal 60
    before=$(date +%s.%N); "$mina" "$work/recover.ps1"; after=$(date +%s.%N)
    LC_ALL=C awk -v a="$before" -v b="$after" 'BEGIN { printf "accident to rows back: %.1f s\n", b - a }'
    echo "rows that differ from before, but for what was written since: $(sql -c 'SELECT count(*) FROM control FULL JOIN segments USING (id) WHERE control.id IS NULL OR segments.id IS NULL OR (control.session, control.text) IS DISTINCT FROM (segments.session, segments.text)')"
    sql -c 'DROP TABLE control'
done
