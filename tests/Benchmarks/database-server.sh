# Sourced by the measurements: a database server of its own, stopped and removed at the end.
# Runs as root (the server then runs as postgres) or as a user who may run PostgreSQL's server; needs artifacts/mina of `build.ps1 Build`.
# Leaves: $root, $work (removed at the end), $bin, $mina; server, own, sql [DATABASE's options]; start_server PORT < further settings; uri DATABASE; stop_at_end DIRECTORY; seconds COMMAND.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mina=$root/artifacts/mina/mina
bin=${MINA_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)}
work=$(mktemp -d /tmp/mina-bench-XXXXXX); chmod 711 "$work"
port=
stop=("$work/src/data")
server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
own() { [ "$(id -u)" != 0 ] || chown -R postgres "$@"; }
sql() { psql -qXAt -v ON_ERROR_STOP=1 -h "$work/src" -p "$port" -U postgres "$@"; }
uri() { echo "postgresql://postgres@$(printf %s "$work/src" | sed 's#/#%2F#g'):$port/$1"; }
stop_at_end() { stop+=("$1"); }
finish() {
    for data in "${stop[@]}"; do server "$bin/pg_ctl" -D "$data" -s -m immediate stop 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT
# As the module would find it: without this library inflating takes twice as long.
ldconfig -p 2>/dev/null | grep -qF libdeflate.so.0 || echo "libdeflate is not installed (apt-get install libdeflate0): inflating takes twice as long" >&2
export MINA_STATE_PATH=$work/state GPG_BACKUP_PASSPHRASE=bench

start_server() {
    port=$1
    mkdir "$work/src"; own "$work/src"
    server "$bin/initdb" -D "$work/src/data" -U postgres --no-sync -A trust -E UTF8 --locale=C > /dev/null
    { printf "port = %s\nunix_socket_directories = '%s'\nlisten_addresses = ''\n" "$port" "$work/src"; cat; } | server sh -c "cat >> '$work/src/data/postgresql.conf'"
    server "$bin/pg_ctl" -D "$work/src/data" -w -s -l "$work/src/log" start
}
# Seconds of a command, whose output goes elsewhere.
seconds() { local before after; before=$(date +%s.%N); "$@" > /dev/null; after=$(date +%s.%N); LC_ALL=C awk -v a="$before" -v b="$after" 'BEGIN { printf "%.2f", b - a }'; }
