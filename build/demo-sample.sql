-- The sample of the demo and the benchmark: a meeting service. psql's variable "meetings" sets its size.
\if :{?meetings}
\else
  \set meetings 600
\endif
BEGIN;
CREATE TABLE users (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    display_name text NOT NULL,
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL
);
CREATE TABLE sessions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id integer NOT NULL REFERENCES users,
    title text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    languages text[] NOT NULL DEFAULT '{en}',
    CHECK (ended_at IS NULL OR ended_at > started_at)
);
CREATE TABLE transcript_segments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session_id bigint NOT NULL REFERENCES sessions ON DELETE CASCADE,
    speaker_id integer REFERENCES users,
    starts_at interval NOT NULL,
    confidence numeric(4, 3),
    content text NOT NULL
);

INSERT INTO users (email, display_name, settings, created_at)
SELECT format('user%s@example.com', n), (ARRAY['Ada', 'Björn', 'Chloé', 'Dmitri', '恵美', 'Farid'])[1 + n % 6] || ' ' || n,
       jsonb_build_object('theme', CASE n % 2 WHEN 0 THEN 'dark' ELSE 'light' END, 'digest', n % 3 = 0),
       timestamptz '2025-01-01 08:00:00+00' + n * interval '7 hours'
FROM generate_series(1, 250) AS n;

INSERT INTO sessions (owner_id, title, started_at, ended_at, languages)
SELECT 1 + n % 250, format(E'Weekly review %s\t"draft"', n), timestamptz '2026-01-01 09:00:00+00' + n * interval '4 hours',
       timestamptz '2026-01-01 09:45:00+00' + n * interval '4 hours', CASE n % 4 WHEN 0 THEN '{en,de}' ELSE '{en}' END::text[]
FROM generate_series(1, :meetings) AS n;

-- Words drawn by a hash: the same sample every time, and it compresses about as well as real speech does.
INSERT INTO transcript_segments (session_id, speaker_id, starts_at, confidence, content)
SELECT s, CASE WHEN (s + g) % 11 = 0 THEN NULL ELSE 1 + (s * 7 + g) % 250 END, g * interval '9 seconds', (500 + (s * 31 + g * 17) % 500) / 1000.0,
       (SELECT string_agg(w.words[1 + abs(hashint8(s::bigint * 1000003 + g * 1009 + k)) % array_length(w.words, 1)], ' ') FROM generate_series(1, 24) AS k)
FROM generate_series(1, :meetings) AS s, generate_series(1, 40) AS g,
     (SELECT regexp_split_to_array('the and we should look at numbers again because customers said that delivery took longer than planned so '
      || 'next week team will measure every step from order to doorstep and report what changed since spring budget review went well but '
      || 'hiring is slow perhaps ask finance about contractors until summer otherwise launch moves into autumn which nobody wants honestly '
      || 'agreed let us write down owners dates risks then share minutes with everyone tomorrow morning before standup thanks', ' ') AS words) AS w;

CREATE INDEX ON sessions (owner_id, started_at);
CREATE INDEX ON transcript_segments (session_id);
COMMENT ON TABLE transcript_segments IS 'What was said, piece by piece';
COMMIT;
