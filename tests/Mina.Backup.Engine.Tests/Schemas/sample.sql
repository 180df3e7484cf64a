-- A small, ordinary database: users, meeting sessions, transcript segments. A few MB, so several blocks.
SET client_min_messages = warning;
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE NOT NULL, name text);
CREATE TABLE sessions (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id int NOT NULL REFERENCES users, started_at timestamptz NOT NULL, title text);
CREATE TABLE segments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, session_id int NOT NULL REFERENCES sessions ON DELETE CASCADE, said text NOT NULL);
INSERT INTO users (email, name) SELECT 'user' || g || '@example.org', 'User ' || g FROM generate_series(1, 200) g;
INSERT INTO sessions (user_id, started_at, title) SELECT 1 + g % 200, '2024-01-01 00:00:00+00'::timestamptz + g * interval '1 hour', 'Meeting ' || g FROM generate_series(1, 1000) g;
INSERT INTO segments (session_id, said) SELECT 1 + g % 1000, repeat(md5(g::text) || ' ', 8) FROM generate_series(1, 12000) g;
CREATE INDEX segments_session ON segments (session_id);
CREATE VIEW busy_users AS SELECT u.id, u.name, count(*) AS sessions FROM users u JOIN sessions s ON s.user_id = u.id GROUP BY u.id;
