-- The benchmark's database. psql's variable "megabytes" is about its size on the server's disk. Made of what a real one holds: long texts of words as
-- frequent as those of speech, JSON, times, numbers, bytes that cannot be compressed, with keys, indexes and foreign keys. The same one every time.
\set ON_ERROR_STOP on
\if :{?megabytes}
\else
  \set megabytes 900
\endif
SET synchronous_commit = off;
SET maintenance_work_mem = '256MB';
SELECT setseed(0.42) \g /dev/null

-- Words of one to four syllables, a few of them frequent and most of them rare, so that gzip makes of them what it makes of speech.
CREATE TEMP TABLE word AS
SELECT n, (SELECT string_agg(syllable[1 + (hashint4(n * 7 + k) & 63)], '') FROM generate_series(1, 1 + (hashint4(n) & 3)) AS k) AS word
FROM generate_series(1, 30000) AS n,
     (SELECT string_to_array('ba be bi bo ca ce co da de di do fa fe fi ga ge go ha he hi ja ka la le li lo ma me mi mo na ne ni no pa pe pi po ra re ri ro sa se si so ta te ti to tra ver win con ment ing er est tion al ous wa we ya zen', ' ') AS syllable) AS s;
CREATE UNIQUE INDEX ON word (n);
ANALYZE word;
CREATE TEMP TABLE sentence AS
SELECT n, (SELECT upper(left(string_agg(w.word, ' '), 1)) || substr(string_agg(w.word, ' '), 2) || '. '
           FROM (SELECT word.word FROM (SELECT 1 + floor(29999 * power(random(), 1.6))::int AS pick, k FROM generate_series(1, 9 + n % 9) AS k OFFSET 0) AS p
                 JOIN word ON word.n = p.pick ORDER BY p.k) AS w) AS text
FROM generate_series(0, 16383) AS n;
CREATE UNIQUE INDEX ON sentence (n);
ANALYZE sentence;
CREATE TABLE account (
    id integer PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    settings jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE meeting (
    id integer PRIMARY KEY,
    account_id integer NOT NULL REFERENCES account,
    title text NOT NULL,
    summary text NOT NULL,
    notes text NOT NULL,
    languages text[] NOT NULL,
    started_at timestamptz NOT NULL,
    duration interval NOT NULL
);
CREATE TABLE segment (
    id bigint PRIMARY KEY,
    meeting_id integer NOT NULL REFERENCES meeting,
    speaker text NOT NULL,
    starts_at numeric(9, 3) NOT NULL,
    confidence double precision NOT NULL,
    content text NOT NULL
);
CREATE TABLE event (
    id bigint PRIMARY KEY,
    account_id integer NOT NULL REFERENCES account,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL
);
CREATE TABLE voiceprint (
    id integer PRIMARY KEY,
    meeting_id integer NOT NULL REFERENCES meeting,
    print bytea NOT NULL
);

INSERT INTO account SELECT g.n, format('person%s@example.com', g.n), initcap(w.word) || ' ' || g.n, jsonb_build_object('theme', g.n % 3, 'digest', g.n % 2 = 0, 'zone', 'Europe/' || initcap(w.word)),
    timestamptz '2024-01-01 00:00:00+00' + g.n * interval '37 minutes'
FROM generate_series(1, :megabytes * 20) AS g (n) JOIN word AS w ON w.n = 1 + g.n % 30000;
INSERT INTO meeting SELECT m.n, 1 + (hashint4(m.n) & 1073741823) % (:megabytes * 20), left(t.text, 60),
    (SELECT string_agg(s.text, '') FROM generate_series(1, 6) AS k JOIN sentence AS s ON s.n = hashint4(m.n * 31 + k) & 16383),
    (SELECT string_agg(s.text, '') FROM generate_series(1, 40) AS k JOIN sentence AS s ON s.n = hashint4(m.n * 67 + k * 7) & 16383),
    CASE m.n % 4 WHEN 0 THEN '{en,de}' WHEN 1 THEN '{fr}' ELSE '{en}' END::text[],
    timestamptz '2025-01-01 08:00:00+00' + m.n * interval '11 minutes', (15 + m.n % 75) * interval '1 minute'
FROM generate_series(1, :megabytes * 48) AS m (n) JOIN sentence AS t ON t.n = hashint4(m.n) & 16383;
INSERT INTO segment SELECT g.n, 1 + g.n / 35, 'speaker ' || g.n % 7, (g.n % 5400) + 0.125, (hashint8(g.n) & 65535) / 65536.0, a.text || b.text
FROM generate_series(1, :megabytes * 1650::bigint) AS g (n)
    JOIN sentence AS a ON a.n = hashint8(g.n) & 16383 JOIN sentence AS b ON b.n = hashint8(g.n + 77) & 16383;
INSERT INTO event SELECT n, 1 + (hashint8(n) & 1073741823) % (:megabytes * 20), timestamptz '2025-01-01 00:00:00+00' + n * interval '17.345 seconds',
    (ARRAY['login', 'upload', 'share', 'export', 'delete'])[1 + n % 5],
    jsonb_build_object('ip', format('10.%s.%s.%s', n % 7, n / 7 % 250, n / 1750 % 250), 'agent', 'Mina/' || n % 40, 'ms', hashint8(n) & 4095, 'ref', md5(n::text), 'path', '/v1/meetings/' || n % 90000)
FROM generate_series(1, :megabytes * 540::bigint) AS n;
INSERT INTO voiceprint SELECT n, 1 + n, decode((SELECT string_agg(md5(n || '.' || k), '') FROM generate_series(1, 128) AS k), 'hex')
FROM generate_series(1, :megabytes * 28) AS n;

CREATE INDEX ON meeting (account_id, started_at);
CREATE INDEX ON segment (meeting_id, starts_at);
CREATE INDEX ON event (account_id, at);
CREATE INDEX ON event (kind);
CREATE INDEX ON voiceprint (meeting_id);
VACUUM ANALYZE;
