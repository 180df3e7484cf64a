#!/usr/bin/env bash
# A drill of a 900 MB database's encrypted backup, start to verdict, against what an operator does by hand: gpg -d | gunzip | psql into a running server, which proves nothing.
# Run as root (the servers then run as postgres) or as a user who may run PostgreSQL's server; needs artifacts/mina of `build.ps1 Build`.
#   tests/Benchmarks/Drill.sh [rounds]
set -euo pipefail
rounds=${1:-3}
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=${MINA_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)}
work=$(mktemp -d /tmp/mina-bench-XXXXXX); chmod 711 "$work"
server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
own() { [ "$(id -u)" != 0 ] || chown -R postgres "$@"; }
sql() { psql -qXAt -h "$work/src" -p 6546 -U postgres "$@"; }
finish() { server "$bin/pg_ctl" -D "$work/src/data" -s -m immediate stop 2>/dev/null || true; rm -rf "$work"; }
trap finish EXIT
export MINA_STATE_PATH=$work/state GPG_BACKUP_PASSPHRASE=bench PGOPTIONS='-c client_min_messages=warning'

mkdir "$work/src" "$work/backups"; own "$work/src"; chmod 700 "$work/backups"
server "$bin/initdb" -D "$work/src/data" -U postgres --no-sync -A trust -E UTF8 --locale=C > /dev/null
server sh -c "cat >> '$work/src/data/postgresql.conf'" <<CONF
port = 6546
unix_socket_directories = '$work/src'
listen_addresses = ''
shared_buffers = 256MB
max_wal_size = 4GB
CONF
server "$bin/pg_ctl" -D "$work/src/data" -w -s -l "$work/src/log" start
sql -c 'CREATE DATABASE mina'
sql -d mina -f "$root/tests/Benchmarks/bench-sample.sql" > /dev/null
echo "database: $(sql -c "SELECT pg_size_pretty(pg_database_size('mina'))")"
uri="postgresql://postgres@$(printf %s "$work/src" | sed 's#/#%2F#g'):6546/mina"
printf "New-MinaBackup -Database '%s' -Path '%s' | Out-Default\n" "$uri" "$work/backups" > "$work/backup.ps1"
"$root/artifacts/mina/mina" "$work/backup.ps1"
file=$(ls "$work"/backups/*.sql.gz.gpg | grep -v globals)

cat > "$work/drill.ps1" <<PS
\$result = Invoke-MinaRecoveryDrill -Newest -Path '$work/backups'
\$steps = (\$result.Steps | ForEach-Object { "\$(\$_.Step) \$([math]::Round(\$_.Duration.TotalSeconds, 2))" }) -join ', '
[Console]::WriteLine("\$(\$result.Verdict) (\$steps)")
PS
by_hand() {
    sql -c 'DROP DATABASE IF EXISTS hand' -c 'CREATE DATABASE hand TEMPLATE template0'
    gpg --batch --quiet --pinentry-mode loopback --passphrase bench -d "$file" | gunzip | sql -d hand -v ON_ERROR_STOP=1 > /dev/null
}
measure() { local before after; before=$(date +%s.%N); "$@" >&2; after=$(date +%s.%N); LC_ALL=C awk -v a="$before" -v b="$after" 'BEGIN { printf "%.2f", b - a }'; }
for round in $(seq 1 "$rounds"); do
    drill=$(measure "$root/artifacts/mina/mina" "$work/drill.ps1")
    hand=$(measure by_hand)
    LC_ALL=C awk -v d="$drill" -v h="$hand" 'BEGIN { printf "drill: %.2f s, by hand: %.2f s, ratio %.2f\n", d, h, d / h }'
done
left=$(ls -d /tmp/mina-pg-* 2>/dev/null | wc -l)
echo "disposable clusters left: $left"
