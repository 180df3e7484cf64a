#!/usr/bin/env bash
# Find-MinaTransaction over 1 GB of WAL, whole processes, against pg_waldump > /dev/null over the same segments; and over the encrypted archive of them.
#   tests/Benchmarks/Find.sh [rounds]
. "$(dirname "$0")/source-server.sh"
rounds=${1:-3}
rm "$work"/spool/*
sql -c 'DELETE FROM segments WHERE session BETWEEN 1000 AND 1499'
write_wal 1024
first=$(ls "$work/spool" | grep -E '^[0-9A-F]{24}$' | sort | head -n 1); last=$(ls "$work/spool" | grep -E '^[0-9A-F]{24}$' | sort | tail -n 1)
echo "segments: $(ls "$work/spool" | grep -cE '^[0-9A-F]{24}$')"
waldump() { "$bin/pg_waldump" -p "$work/spool" "$first" "$last"; }
find_first() { "$mina" -Command 'Find-MinaTransaction -Table segments -Operation Delete -First 1 -ArchiveOnly'; }
find_first
for round in $(seq 1 "$rounds"); do echo "pg_waldump > /dev/null: $(seconds waldump) s; spool: $(seconds find_first) s"; done
"$mina" -Command 'Sync-MinaWalArchive'
rm -f "$work"/spool/*
find_first
for round in $(seq 1 "$rounds"); do echo "encrypted archive: $(seconds find_first) s"; done
