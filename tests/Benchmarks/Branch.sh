#!/usr/bin/env bash
# A branch of a 900 MB database with 500 MB of WAL against doing it by hand: tar x of an uncompressed base backup, cp as restore_command, recovery.
# Run as root (the server then runs as postgres) or as a user who may run PostgreSQL's server; needs artifacts/mina of `build.ps1 Build`.
#   tests/Benchmarks/Branch.sh [rounds]
set -euo pipefail
rounds=${1:-3}
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=${MINA_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)}
work=$(mktemp -d /tmp/mina-bench-XXXXXX); chmod 711 "$work"
server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
own() { [ "$(id -u)" != 0 ] || chown -R postgres "$@"; }
sql() { psql -qXAt -h "$work/src" -p 6544 -U postgres "$@"; }
finish() {
    server "$bin/pg_ctl" -D "$work/hand/data" -s -m immediate stop 2>/dev/null || true
    server "$bin/pg_ctl" -D "$work/src/data" -s -m immediate stop 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
export MINA_WAL_ARCHIVE=$work/archive MINA_WAL_SPOOL=$work/spool MINA_BRANCH_PATH=$work/branches MINA_STATE_PATH=$work/state GPG_BACKUP_PASSPHRASE=bench

mkdir "$work/src" "$work/spool"; own "$work/src" "$work/spool"
server "$bin/initdb" -D "$work/src/data" -U postgres --no-sync -A trust -E UTF8 --locale=C > /dev/null
server sh -c "cat >> '$work/src/data/postgresql.conf'" <<CONF
port = 6544
unix_socket_directories = '$work/src'
listen_addresses = ''
archive_mode = on
archive_command = 'test ! -f "$work/spool/%f" && cp "%p" "$work/spool/%f"'
max_wal_size = 4GB
fsync = off
autovacuum = off
CONF
server "$bin/pg_ctl" -D "$work/src/data" -w -s -l "$work/src/log" start
row="(SELECT string_agg(md5((g * 10 + i)::text) || ' ', '') FROM generate_series(1, 7) i)"
sql -c "CREATE TABLE segments (id bigint PRIMARY KEY, session int, start_ms int, text text)"
sql -c "INSERT INTO segments SELECT g, g / 50, g % 100000, $row FROM generate_series(1, 2900000) g"
echo "database: $(sql -c "SELECT pg_size_pretty(pg_database_size('postgres'))")"
base="New-MinaBaseBackup -Database 'postgresql://postgres@$(printf %s "$work/src" | sed 's#/#%2F#g'):6544/postgres'"
printf '%s | Out-Default\n' "$base" > "$work/base.ps1"
"$root/artifacts/mina/mina" "$work/base.ps1"
start=$(sql -c 'SELECT pg_current_wal_lsn()')
for i in $(seq 1 60); do
    sql -c "UPDATE segments SET start_ms = start_ms + 1 WHERE id % 61 = $i"
    [ "$(sql -c "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '$start') > 500 * 1024 * 1024")" = f ] || break
done
echo "WAL: $(sql -c "SELECT pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), '$start'))")"
last=$(sql -c 'SELECT pg_walfile_name(pg_switch_wal())'); while [ ! -f "$work/spool/$last" ]; do sleep 0.1; done
gpg --batch --quiet --pinentry-mode loopback --passphrase bench -d "$work"/archive/base/*.tar.gz.gpg | gunzip > "$work/plain.tar"

by_hand() {
    rm -rf "$work/hand"; mkdir -p -m 700 "$work/hand/data"
    tar xf "$work/plain.tar" -C "$work/hand/data"
    printf "port = 6545\nunix_socket_directories = '%s'\nlisten_addresses = ''\nrestore_command = 'cp \"%s/%%f\" \"%%p\"'\n" "$work/hand" "$work/spool" > "$work/hand/data/postgresql.conf"
    : > "$work/hand/data/postgresql.auto.conf"; : > "$work/hand/data/recovery.signal"; own "$work/hand"
    server "$bin/pg_ctl" -D "$work/hand/data" -w -s -t 600 -l "$work/hand/log" start
    until [ "$(psql -qXAt -h "$work/hand" -p 6545 -U postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]; do sleep 0.05; done
}

cat > "$work/branch.ps1" <<'PS'
$ErrorActionPreference = 'Stop'
$branch = New-MinaPitrBranch -Latest
$phases = ($branch.Phases | ForEach-Object { "$($_.Phase) $([math]::Round($_.Duration.TotalSeconds, 2))" }) -join ', '
[Console]::WriteLine("branch:  $([math]::Round($branch.Duration.TotalSeconds, 2)) s ($phases)")
$null = $branch | Remove-MinaPitrBranch
PS
for round in $(seq 1 "$rounds"); do
    "$root/artifacts/mina/mina" "$work/branch.ps1"
    before=$(date +%s.%N); by_hand; after=$(date +%s.%N)
    LC_ALL=C awk -v a="$before" -v b="$after" 'BEGIN { printf "by hand: %.2f s\n", b - a }'
    server "$bin/pg_ctl" -D "$work/hand/data" -s -m immediate stop
done
