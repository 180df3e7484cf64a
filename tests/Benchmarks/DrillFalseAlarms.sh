#!/usr/bin/env bash
# Drills of sound backups that were made while pgbench wrote to the source and went on writing: how many do not pass. Each round backs up and drills.
# Run as root (the servers then run as postgres) or as a user who may run PostgreSQL's server; needs artifacts/mina of `build.ps1 Build`.
#   tests/Benchmarks/DrillFalseAlarms.sh [rounds]
set -euo pipefail
rounds=${1:-50}
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=${MINA_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)}
work=$(mktemp -d /tmp/mina-bench-XXXXXX); chmod 711 "$work"
server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
own() { [ "$(id -u)" != 0 ] || chown -R postgres "$@"; }
sql() { psql -qXAt -h "$work/src" -p 6547 -U postgres "$@"; }
load=
finish() { [ -z "$load" ] || kill "$load" 2>/dev/null || true; server "$bin/pg_ctl" -D "$work/src/data" -s -m immediate stop 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
export MINA_STATE_PATH=$work/state GPG_BACKUP_PASSPHRASE=bench

mkdir "$work/src" "$work/backups"; own "$work/src"; chmod 700 "$work/backups"
server "$bin/initdb" -D "$work/src/data" -U postgres --no-sync -A trust -E UTF8 --locale=C > /dev/null
server sh -c "printf \"port = 6547\nunix_socket_directories = '$work/src'\nlisten_addresses = ''\nfsync = off\n\" >> '$work/src/data/postgresql.conf'"
server "$bin/pg_ctl" -D "$work/src/data" -w -s -l "$work/src/log" start
sql -c 'CREATE DATABASE mina'
sql -d mina -v megabytes=30 -f "$root/tests/Benchmarks/bench-sample.sql" > /dev/null
"$bin/pgbench" -h "$work/src" -p 6547 -U postgres -i -q -s 2 --foreign-keys mina 2> /dev/null
sql -d mina -c "CREATE TABLE event (id bigserial PRIMARY KEY, kind varchar(10) NOT NULL CHECK (kind IN ('a', 'b')), body text)"
cat > "$work/load.sql" <<'SQL'
\set aid random(1, 200000)
\set delta random(-5000, 5000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :aid, :delta, CURRENT_TIMESTAMP);
INSERT INTO event (kind, body) VALUES (CASE WHEN :delta > 0 THEN 'a' ELSE 'b' END, repeat(md5(:aid::text), 3));
DELETE FROM event WHERE id = (SELECT min(id) FROM event) AND :delta % 3 = 0;
END;
SQL
"$bin/pgbench" -h "$work/src" -p 6547 -U postgres -n -c 4 -T 86400 --rate=300 -f "$work/load.sql" mina > /dev/null 2>&1 &
load=$!
uri="postgresql://postgres@$(printf %s "$work/src" | sed 's#/#%2F#g'):6547/mina"
cat > "$work/drills.ps1" <<PS
\$passed = 0
foreach (\$round in 1..$rounds) {
    \$backup = New-MinaBackup -Database '$uri' -Path '$work/backups' -ErrorAction Stop
    \$result = \$backup | Invoke-MinaRecoveryDrill -SourceDatabase '$uri' -ErrorAction SilentlyContinue
    if (\$result.Verdict -eq 'Passed') { \$passed++ } else { foreach (\$step in \$result.Steps) { [Console]::WriteLine("\$(\$step.Step) \$(\$step.Outcome) \$(\$step.Detail) \$(\$step.Differences -join '; ')") } }
    \$null = \$backup | Remove-MinaBackup -Force -Confirm:\$false
}
[Console]::WriteLine("$rounds drills under load: \$passed passed, \$($rounds - \$passed) false alarms")
PS
before=$(sql -d mina -c 'SELECT last_value FROM event_id_seq')
"$root/artifacts/mina/mina" "$work/drills.ps1"
echo "transactions on the source meanwhile: $(( $(sql -d mina -c 'SELECT last_value FROM event_id_seq') - before ))"
