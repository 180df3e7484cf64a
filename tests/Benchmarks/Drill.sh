#!/usr/bin/env bash
# A drill of a 900 MB database's encrypted backup, start to verdict, against what an operator does by hand: gpg -d | gunzip | psql into a running server, which proves nothing.
# Run as root (the servers then run as postgres) or as a user who may run PostgreSQL's server; needs artifacts/mina of `build.ps1 Build`.
#   tests/Benchmarks/Drill.sh [rounds]
. "$(dirname "$0")/database-server.sh"
rounds=${1:-3}
export PGOPTIONS='-c client_min_messages=warning'

mkdir "$work/backups"; chmod 700 "$work/backups"
start_server 6546 <<CONF
shared_buffers = 256MB
max_wal_size = 4GB
CONF
sql -c 'CREATE DATABASE mina'
sql -d mina -f "$root/tests/Benchmarks/bench-sample.sql" > /dev/null
echo "database: $(sql -c "SELECT pg_size_pretty(pg_database_size('mina'))")"
printf "New-MinaBackup -Database '%s' -Path '%s' | Out-Default\n" "$(uri mina)" "$work/backups" > "$work/backup.ps1"
"$mina" "$work/backup.ps1"
file=$(ls "$work"/backups/*.sql.gz.gpg | grep -v globals)

cat > "$work/drill.ps1" <<PS
\$result = Invoke-MinaRecoveryDrill -Newest -Path '$work/backups'
\$steps = (\$result.Steps | ForEach-Object { "\$(\$_.Step) \$([math]::Round(\$_.Duration.TotalSeconds, 2))" }) -join ', '
[Console]::WriteLine("\$(\$result.Verdict) (\$steps)")
\$result.Steps | ForEach-Object { if (\$_.Step -eq 'Restore') { [Console]::WriteLine(\$_.Detail) } }
PS
to_errors() { "$@" >&2; }
by_hand() {
    sql -c 'DROP DATABASE IF EXISTS hand' -c 'CREATE DATABASE hand TEMPLATE template0'
    gpg --batch --quiet --pinentry-mode loopback --passphrase bench -d "$file" | gunzip | sql -d hand -v ON_ERROR_STOP=1 > /dev/null
}
for round in $(seq 1 "$rounds"); do
    drill=$(seconds to_errors "$mina" "$work/drill.ps1")
    hand=$(seconds by_hand)
    LC_ALL=C awk -v d="$drill" -v h="$hand" 'BEGIN { printf "drill: %.2f s, by hand: %.2f s, ratio %.2f\n", d, h, d / h }'
done
