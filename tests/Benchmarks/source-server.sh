# Sourced by the measurements of point-in-time recovery: a database server with a table of 900 MB that archives its WAL to a spool, and a base backup of it.
# Runs as root (the server then runs as postgres) or as a user who may run PostgreSQL's server; needs artifacts/mina of `build.ps1 Build`.
# Leaves: $work (removed at the end), $bin, $mina; server, own, sql; write_wal MEGABYTES; stop_at_end DIRECTORY.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mina=$root/artifacts/mina/mina
bin=${MINA_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)}
work=$(mktemp -d /tmp/mina-bench-XXXXXX); chmod 711 "$work"
stop=("$work/src/data")
server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
own() { [ "$(id -u)" != 0 ] || chown -R postgres "$@"; }
sql() { psql -qXAt -v ON_ERROR_STOP=1 -h "$work/src" -p 6544 -U postgres "$@"; }
stop_at_end() { stop+=("$1"); }
finish() {
    for data in "${stop[@]}"; do server "$bin/pg_ctl" -D "$data" -s -m immediate stop 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT
export MINA_WAL_ARCHIVE=$work/archive MINA_WAL_SPOOL=$work/spool MINA_BRANCH_PATH=$work/branches MINA_STATE_PATH=$work/state GPG_BACKUP_PASSPHRASE=bench
DATABASE_URL=postgresql://postgres@$(printf %s "$work/src" | sed 's#/#%2F#g'):6544/postgres; export DATABASE_URL

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
printf 'New-MinaBaseBackup | Out-Default\n' | "$mina"

# Many small changes, until the log has grown by so many megabytes; then all of it is in the spool.
write_wal() {
    local start i last
    start=$(sql -c 'SELECT pg_current_wal_lsn()')
    for i in $(seq 1 610); do
        sql -c "UPDATE segments SET start_ms = start_ms + 1 WHERE id % 61 = $i % 61"
        [ "$(sql -c "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '$start') > $1 * 1024 * 1024")" = f ] || break
    done
    echo "WAL: $(sql -c "SELECT pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), '$start'))")"
    spool_all
}
spool_all() {
    local last; last=$(sql -c 'SELECT pg_walfile_name(pg_switch_wal())')
    while [ ! -f "$work/spool/$last" ]; do sleep 0.1; done
}
# Seconds of a command, whose output goes elsewhere.
seconds() { local before after; before=$(date +%s.%N); "$@" > /dev/null; after=$(date +%s.%N); LC_ALL=C awk -v a="$before" -v b="$after" 'BEGIN { printf "%.2f", b - a }'; }
