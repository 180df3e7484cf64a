# Sourced by the measurements of point-in-time recovery: a database server with a table of 900 MB that archives its WAL to a spool, and a base backup of it.
# Leaves what database-server.sh leaves; write_wal MEGABYTES, spool_all.
. "$(dirname "${BASH_SOURCE[0]}")/database-server.sh"
export MINA_WAL_ARCHIVE=$work/archive MINA_WAL_SPOOL=$work/spool MINA_BRANCH_PATH=$work/branches

mkdir "$work/spool"; own "$work/spool"
start_server 6544 <<CONF
archive_mode = on
archive_command = 'test ! -f "$work/spool/%f" && cp "%p" "$work/spool/%f"'
max_wal_size = 4GB
fsync = off
autovacuum = off
CONF
DATABASE_URL=$(uri postgres); export DATABASE_URL
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
    local last; last=$(sql -c 'SELECT pg_walfile_name(pg_switch_wal() - 1)')
    while [ ! -f "$work/spool/$last" ]; do sleep 0.1; done
}
