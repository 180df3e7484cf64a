#!/usr/bin/env bash
# A branch of a 900 MB database with 500 MB of WAL against doing it by hand: tar x of an uncompressed base backup, cp as restore_command, recovery.
#   tests/Benchmarks/Branch.sh [rounds]
. "$(dirname "$0")/source-server.sh"
rounds=${1:-3}
write_wal 500
gpg --batch --quiet --pinentry-mode loopback --passphrase bench -d "$work"/archive/base/*.tar.gz.gpg | gunzip > "$work/plain.tar"
stop_at_end "$work/hand/data"

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
    "$mina" "$work/branch.ps1"
    echo "by hand: $(seconds by_hand) s"
    server "$bin/pg_ctl" -D "$work/hand/data" -s -m immediate stop
done
