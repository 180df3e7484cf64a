#!/usr/bin/env bash
# Drills of sound backups that were made while pgbench wrote to the source and went on writing: how many do not pass. Each round backs up and drills.
# Run as root (the servers then run as postgres) or as a user who may run PostgreSQL's server; needs artifacts/mina of `build.ps1 Build`.
#   tests/Benchmarks/DrillFalseAlarms.sh [rounds]
. "$(dirname "$0")/database-server.sh"
rounds=${1:-50}
load=
trap '[ -z "$load" ] || kill "$load" 2>/dev/null || true; finish' EXIT

mkdir "$work/backups"; chmod 700 "$work/backups"
start_server 6547 <<< 'fsync = off'
sql -c 'CREATE DATABASE mina'
sql -d mina -v megabytes=30 -f "$root/tests/Benchmarks/bench-sample.sql" > /dev/null
"$bin/pgbench" -h "$work/src" -p "$port" -U postgres -i -q -s 2 --foreign-keys mina 2> /dev/null
sql -d mina -c "CREATE TABLE booking (id bigserial PRIMARY KEY, kind varchar(10) NOT NULL CHECK (kind IN ('a', 'b')), body text)"
cat > "$work/load.sql" <<'SQL'
\set aid random(1, 200000)
\set delta random(-5000, 5000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :aid, :delta, CURRENT_TIMESTAMP);
INSERT INTO booking (kind, body) VALUES (CASE WHEN :delta > 0 THEN 'a' ELSE 'b' END, repeat(md5(:aid::text), 3));
DELETE FROM booking WHERE id = (SELECT min(id) FROM booking) AND :delta % 3 = 0;
END;
SQL
"$bin/pgbench" -h "$work/src" -p "$port" -U postgres -n -c 4 -T 86400 --rate=300 -f "$work/load.sql" mina > /dev/null 2>&1 &
load=$!
cat > "$work/drills.ps1" <<PS
\$passed = 0
foreach (\$round in 1..$rounds) {
    \$backup = New-MinaBackup -Database '$(uri mina)' -Path '$work/backups' -ErrorAction Stop
    \$result = \$backup | Invoke-MinaRecoveryDrill -SourceDatabase '$(uri mina)' -ErrorAction SilentlyContinue
    if (\$result.Verdict -eq 'Passed') { \$passed++ } else { foreach (\$step in \$result.Steps) { [Console]::WriteLine("\$(\$step.Step) \$(\$step.Outcome) \$(\$step.Detail) \$(\$step.Differences -join '; ')") } }
    \$null = \$backup | Remove-MinaBackup -Force -Confirm:\$false
}
[Console]::WriteLine("$rounds drills under load: \$passed passed, \$($rounds - \$passed) false alarms")
PS
before=$(sql -d mina -c 'SELECT last_value FROM booking_id_seq')
"$mina" "$work/drills.ps1"
kill -0 "$load" || { echo 'The load had ended: this measured nothing.' >&2; exit 1; }
echo "transactions on the source meanwhile: $(( $(sql -d mina -c 'SELECT last_value FROM booking_id_seq') - before ))"
