-- A schema made to hurt. psql runs it as superuser in an empty UTF8 database made from template0.
-- Every object survives a plain pg_dump | psql unchanged, so whatever differs after a restore is ours.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

-- Roles, with names that need quotes. Shared by the whole cluster, so they may exist already.
SELECT format('CREATE ROLE %I %s', name, options)
FROM (VALUES ('torture owner', 'NOLOGIN'),
             ('tört "quoted" röle', 'NOLOGIN'),
             ('torture_reader', 'LOGIN PASSWORD ''tr-secret-1'''),
             ('torture_granter', 'NOLOGIN'),
             ('torture.dotted', 'NOLOGIN INHERIT')) AS wanted (name, options)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
GRANT torture_granter TO "torture.dotted" WITH ADMIN OPTION;
COMMENT ON ROLE "torture owner" IS 'owner of the torture schema';

-- Settings, rights and comment of the database itself.
SELECT format('ALTER DATABASE %I SET %s', current_database(), setting)
FROM (VALUES ('TimeZone = ''Asia/Kathmandu'''),
             ('bytea_output = ''escape'''),
             ('DateStyle = ''German, DMY'''),
             ('IntervalStyle = ''sql_standard'''),
             ('search_path = ''torture'', ''public'', ''with "quotes"'''),
             ('array_nulls = off'),
             ('work_mem = ''8MB'''),
             ('default_transaction_isolation = ''repeatable read'''),
             ('mina.custom = ''it''''s a \ custom value''')) AS wanted (setting)
\gexec
SELECT format('ALTER ROLE torture_reader IN DATABASE %I SET %s', current_database(), setting)
FROM (VALUES ('TimeZone = ''Pacific/Chatham'''), ('statement_timeout = ''5min'''), ('extra_float_digits = 0')) AS wanted (setting)
\gexec
SELECT format('COMMENT ON DATABASE %I IS %L', current_database(), E'line one\nline two with ''quotes'', \\ and ü')
\gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO torture_reader', current_database())
\gexec
SELECT format('GRANT CREATE, TEMPORARY ON DATABASE %I TO "torture.dotted" WITH GRANT OPTION', current_database())
\gexec
SELECT format('ALTER DATABASE %I CONNECTION LIMIT 77', current_database())
\gexec

SET TimeZone = 'UTC';
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = 'postgres';
SET bytea_output = 'hex';

CREATE SCHEMA torture AUTHORIZATION "torture owner";
CREATE SCHEMA extras;
CREATE SCHEMA "with ""quotes""";
COMMENT ON SCHEMA torture IS 'COPY torture.fake FROM stdin;
1
\.
-- Data for Name: x; Type: TABLE DATA; Schema: y; Owner: z';
GRANT USAGE ON SCHEMA torture TO torture_reader, PUBLIC;
GRANT USAGE, CREATE ON SCHEMA extras TO torture_granter WITH GRANT OPTION;

CREATE EXTENSION hstore SCHEMA extras;
CREATE EXTENSION citext SCHEMA extras;
CREATE EXTENSION pg_trgm SCHEMA extras;
CREATE EXTENSION btree_gist SCHEMA extras;
CREATE EXTENSION ltree SCHEMA extras;
CREATE EXTENSION cube SCHEMA extras;
CREATE EXTENSION "uuid-ossp" SCHEMA extras;
CREATE EXTENSION lo SCHEMA extras;
CREATE EXTENSION bloom SCHEMA extras;
CREATE EXTENSION unaccent SCHEMA extras;
CREATE EXTENSION postgres_fdw SCHEMA extras;
CREATE EXTENSION file_fdw SCHEMA extras;
COMMENT ON EXTENSION hstore IS 'a changed comment';

SET search_path = torture, extras, pg_catalog;
ALTER DEFAULT PRIVILEGES FOR ROLE "torture owner" IN SCHEMA torture GRANT SELECT ON TABLES TO torture_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE "torture owner" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Types of its own.
CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"', 'tab	inside', 'ünïcödé', 'happy', '');
ALTER TYPE mood ADD VALUE 'between' BEFORE 'happy';
CREATE TYPE address AS (street text COLLATE "C", "zip code" varchar(10), lines text[]);
CREATE TYPE nested AS (inner_address address, moods mood[], span int4range);
CREATE TYPE float8span AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = float8spans);
CREATE TYPE shell_only;
CREATE DOMAIN positive AS integer DEFAULT 1 NOT NULL CONSTRAINT "is > 0" CHECK (VALUE > 0);
CREATE DOMAIN short_code AS text COLLATE "C" CHECK (VALUE ~ '^[A-Z\\.]{1,4}$') CHECK (length(VALUE) < 5);
CREATE DOMAIN positives AS positive[];
ALTER DOMAIN positive ADD CONSTRAINT late CHECK (VALUE < 1000000) NOT VALID;
COMMENT ON TYPE mood IS 'how one feels';
COMMENT ON COLUMN address."zip code" IS 'may be foreign';
COMMENT ON DOMAIN positive IS '\.';
COMMENT ON CONSTRAINT "is > 0" ON DOMAIN positive IS 'constraint of a domain';
CREATE COLLATION "case blind" (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION german (provider = icu, locale = 'de-u-co-phonebk');

-- Every built-in family of types.
CREATE TABLE all_types (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 7 MINVALUE 5 MAXVALUE 900000 CACHE 3 CYCLE) PRIMARY KEY,
    c_bool boolean, c_int2 smallint, c_int4 integer, c_int8 bigint, c_numeric numeric, c_numeric_scaled numeric(30, 10), c_numeric_negative numeric(3, -2),
    c_float4 real, c_float8 double precision, c_money money,
    c_char character(5), c_varchar varchar(20), c_text text, c_name name, c_internal_char "char", c_bytea bytea,
    c_date date, c_time time(3), c_timetz timetz, c_timestamp timestamp, c_timestamptz timestamptz, c_interval interval, c_interval_limited interval day to second(2),
    c_uuid uuid, c_json json, c_jsonb jsonb, c_jsonpath jsonpath, c_xml xml,
    c_bit bit(7), c_varbit varbit(20), c_inet inet, c_cidr cidr, c_macaddr macaddr, c_macaddr8 macaddr8,
    c_point point, c_line line, c_lseg lseg, c_box box, c_path path, c_polygon polygon, c_circle circle,
    c_tsvector tsvector, c_tsquery tsquery, c_oid oid, c_pg_lsn pg_lsn, c_xid xid, c_xid8 xid8, c_snapshot pg_snapshot, c_tid tid,
    c_int4range int4range, c_int8range int8range, c_numrange numrange, c_tsrange tsrange, c_tstzrange tstzrange, c_daterange daterange, c_floatspan float8span,
    c_int4multirange int4multirange, c_nummultirange nummultirange, c_datemultirange datemultirange, c_tstzmultirange tstzmultirange, c_floatspans float8spans,
    c_int_array int[], c_text_array text[], c_matrix float8[][], c_bytea_array bytea[], c_json_array jsonb[], c_timestamptz_array timestamptz[], c_range_array int4range[],
    c_mood mood, c_moods mood[], c_address address, c_addresses address[], c_nested nested, c_positive positive, c_code short_code, c_positives positives,
    c_hstore hstore, c_citext citext, c_ltree ltree, c_cube cube, c_regclass regclass, c_regtype regtype, c_regproc regprocedure, c_regrole regrole, c_regnamespace regnamespace, c_regconfig regconfig
);
INSERT INTO all_types OVERRIDING SYSTEM VALUE VALUES (
    1, true, -32768, 2147483647, -9223372036854775808, 'NaN', 12345678901234567890.0123456789, 99900,
    'Infinity', 2.2250738585072014e-308, 1234.56,
    'ab', 'vär', E'tab\there\\backslash\nnewline\rreturn\b\f\v \\. \\N end', 'a name', 'x', '\x00ff5c0a09',
    'infinity', '23:59:59.999', '04:05:06.789-08:30', '4713-01-01 00:00:00 BC', '294276-12-31 23:59:59.999999+00', '-1 year 2 mons -3 days 04:05:06.789', '1 02:03:04.56',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"b":1, "a" : [null, "\\u00e9\t"], "b":2}', '{"z": 1.50, "a": {"k": "\\.", "n": null}}', '$."a"[*] ? (@.b > 1)', '<a b="c">text &amp; <!-- x --></a>',
    B'1010101', B'110', '192.168.100.128/25', '2001:4f8:3:ba::/64', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
    '(1.5,-2)', '{1,-1,0}', '[(0,0),(1,1)]', '((2,2),(0,0))', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(1,2),3.3>',
    'a:1A fat:2B,4C cat:5', 'fat & (rat | cat) & !dog:*A', 4294967295, '16/B374D848', '4294967295', '18446744073709551615', '10:20:10,14,15', '(7,9)',
    '[1,10)', 'empty', '(,5.5]', '["2020-01-01 00:00:00",)', '[2020-01-01 00:00:00+00,infinity]', '[2020-01-01,2020-02-01)', '(0.1,0.3]',
    '{[1,3),[5,8)}', '{}', '{[2020-01-01,2020-01-05),[2021-01-01,)}', '{[2020-01-01 00:00:00+00,2020-01-02 00:00:00+00)}', '{[0.5,1.5],(2,3)}',
    '{1,NULL,-3}', ARRAY['', NULL, 'NULL', 'a,b', '{x}', '"q"', E'\\.', E'\t', ' lead'], '[0:1][-1:1]={{1,2,3},{NaN,Infinity,-0}}', ARRAY['\x00'::bytea, '\x5c'], ARRAY['{"a": "\""}'::jsonb, 'null'], ARRAY['2020-01-01 00:00:00+05:45'::timestamptz, '-infinity'], ARRAY['[1,2)'::int4range, 'empty'],
    'it''s "ok"', ARRAY['tab	inside', 'ünïcödé', '']::mood[], ROW('Main "St", 1', NULL, ARRAY['a', NULL, '']), ARRAY[ROW('x\y', '12', NULL)::address, NULL], ROW(ROW('in', 'ner', '{}'), '{sad}', '[1,5)'), 7, 'A.\', '{1,2}',
    '"a key"=>"v\\al", b=>NULL, ""=>""', 'CaseLess', 'Top.Science.Astronomy', '(1,2),(3,4)', 'pg_class', 'text[]', 'lower(text)', 'torture_reader', 'pg_catalog', 'english'
);
INSERT INTO all_types (c_bool, c_positive) VALUES (NULL, 1);
INSERT INTO all_types (c_numeric, c_numeric_scaled, c_float4, c_float8, c_money, c_char, c_text, c_bytea, c_date, c_timestamp, c_timestamptz, c_interval, c_int_array, c_text_array, c_citext, c_hstore, c_positive)
VALUES ('-Infinity', -0.0000000001, 'NaN', '-Infinity', -0.01, '', '', '', '-infinity', 'infinity', '-infinity', '178000000 years', '{}', '{}', '', '', 999999),
       ('1e-1000', NULL, 1.17549435e-38, 0.1 + 0.2::float8, 92233720368547758.07, '   ', '\N', 'abc\\000\\134', '0001-01-01 BC', 'epoch', 'epoch', '00:00:00', '{{1,2},{3,4}}', '{NULL}', 'ß', 'a=>a', 5);

-- Rows that look like the dump's own syntax; empty strings against NULLs.
CREATE TABLE nasty_rows (n integer PRIMARY KEY, a text, b text DEFAULT 'default' NOT NULL, c text);
INSERT INTO nasty_rows VALUES
    (1, NULL, '', NULL), (2, '', '', ''), (3, '\N', '\N', '\\N'), (4, '\.', '\.', E'\\.\n'), (5, E'\\.\n\\.', E'\n\\.\n', E'\r\n'),
    (6, E'\t', E'\t\t', E'a\tb'), (7, '\', '\\', '\\\'), (8, E'\\\n', E'\\t', E'\\x00'), (9, E'\b\f\n\r\t\v', E'\u0001\u007f', E'\u2028\u2029\ufeff'),
    (10, 'COPY torture.nasty_rows (n, a, b, c) FROM stdin;', '-- Data for Name: nasty_rows; Type: TABLE DATA; Schema: torture; Owner: -', E'--\n-- PostgreSQL database dump complete\n--\n'),
    (11, '\unrestrict abc', '\! touch /tmp/owned', '\o | cat'), (12, '\000', '\0', E'\\\\.'), (13, ' leading', 'trailing ', '  '),
    (14, '𝒳 emoji 🐘', 'e' || U&'\0301', U&'\+10FFFF'), (15, '-- mina:{"record":"table"}', '$$', '$_$'), (16, 'NULL', '"', ''''), (17, E'\\.', NULL || 'x' IS NULL, NULL),
    (18, repeat('\', 10001), repeat(E'\t', 5000), repeat(E'\n', 3000));
CREATE TABLE single_column (v text);
INSERT INTO single_column VALUES (''), (NULL), ('\.'), (E'\\.\n\\.'), ('\N'), (E'\n'), (' ');

-- Tables without columns, with and without rows; tables without rows; unlogged ones; dropped columns.
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE no_columns_no_rows ();
CREATE TABLE all_dropped (a int);
INSERT INTO all_dropped VALUES (1), (2);
ALTER TABLE all_dropped DROP COLUMN a;
CREATE TABLE empty_table (id serial PRIMARY KEY, v text NOT NULL);
CREATE UNLOGGED TABLE unlogged_table (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, v text);
INSERT INTO unlogged_table (v) SELECT 'u' || g FROM generate_series(1, 50) g;
CREATE TABLE dropped_columns (a int, gone1 text, b text, gone2 int, c int DEFAULT 3);
INSERT INTO dropped_columns SELECT g, 'x', 'b' || g, g, g FROM generate_series(1, 20) g;
ALTER TABLE dropped_columns DROP COLUMN gone1, DROP COLUMN gone2;
ALTER TABLE dropped_columns ADD COLUMN added int DEFAULT 42, ADD COLUMN added_text text DEFAULT E'it''s\\added';
CREATE TABLE only_generated (g int GENERATED ALWAYS AS (1 + 1) STORED);
INSERT INTO only_generated DEFAULT VALUES;
INSERT INTO only_generated DEFAULT VALUES;

-- Generated and identity columns.
CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT RETURN upper(t) || '!';
CREATE TABLE generated_columns (
    a int NOT NULL, doubled int GENERATED ALWAYS AS (a * 2) STORED, t text, loud text GENERATED ALWAYS AS (torture.shout(t)) STORED,
    d int GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME torture."identity ""seq""" START -5 INCREMENT -2 MINVALUE -100 MAXVALUE -1), CHECK (doubled > a OR a <= 0));
INSERT INTO generated_columns (a, t) SELECT g, 'row ' || g FROM generate_series(-3, 30) g;

-- Names.
CREATE TABLE "with ""quotes""".plain (x int);
INSERT INTO "with ""quotes""".plain VALUES (1);
CREATE TABLE "quo""te" ("col""umn" int, "sp ace" text, "dot.ted" text, "new
line" text, "ünï" text, "select" text, "$dollar$" text, "tab	" text, "back\slash" text, "paren)(" text, "semi;colon" text, "it's" text);
INSERT INTO "quo""te" VALUES (1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'), (2, NULL, '', '\.', '\N', E'\t', '$$', '\', '\\', ')', ';', '''');
CREATE TABLE "sp ace" ("a b" int PRIMARY KEY);
CREATE TABLE "new
line" ("first
second" int);
INSERT INTO "new
line" VALUES (1), (2), (3);
CREATE TABLE "dot.ted" (a int);
INSERT INTO "dot.ted" VALUES (11);
CREATE TABLE "täblé_漢字" ("spälte" int);
INSERT INTO "täblé_漢字" VALUES (5);
CREATE TABLE "$dollar$" (a int);
INSERT INTO "$dollar$" VALUES (6);
CREATE TABLE "from stdin;" (a int);
INSERT INTO "from stdin;" VALUES (7);
CREATE TABLE "x (a) FROM stdin;
1
\.
" (a int);
INSERT INTO "x (a) FROM stdin;
1
\.
" VALUES (8), (9);
CREATE TABLE "--
\." (a int);
INSERT INTO "--
\." VALUES (1);
CREATE TABLE "UPPER" (a int);
INSERT INTO "UPPER" VALUES (1);
CREATE TABLE upper (a int);
INSERT INTO upper VALUES (2);
CREATE TABLE "COPY" ("FROM" int, "stdin" int);
INSERT INTO "COPY" VALUES (1, 2);
CREATE SEQUENCE "seq ""odd"" ünï" AS smallint START 5 INCREMENT 5 MAXVALUE 1000 CYCLE;
SELECT nextval('"seq ""odd"" ünï"'), nextval('"seq ""odd"" ünï"') \g /dev/null
CREATE SEQUENCE never_called START 10;
CREATE SEQUENCE "descending" INCREMENT -1 MINVALUE -50 START -1 CACHE 20;
SELECT setval('"descending"', -17, false) \g /dev/null
CREATE UNLOGGED SEQUENCE unlogged_sequence;

-- Inheritance, with columns in another order and several parents.
CREATE TABLE parent_a (id int NOT NULL, shared text DEFAULT 'a', CONSTRAINT checked CHECK (id > 0));
CREATE TABLE parent_b (shared text, only_b numeric CHECK (only_b > 0) NO INHERIT);
CREATE TABLE child_ab (own date, CONSTRAINT own_check CHECK (own > '2000-01-01')) INHERITS (parent_a, parent_b);
ALTER TABLE child_ab ALTER shared SET DEFAULT 'child';
CREATE TABLE grandchild (only_b numeric, "more own" int[]) INHERITS (child_ab);
CREATE TABLE late_child (id int NOT NULL, shared text, extra int, CONSTRAINT checked CHECK (id > 0));
ALTER TABLE late_child INHERIT parent_a;
INSERT INTO parent_a SELECT g FROM generate_series(1, 5) g;
INSERT INTO child_ab SELECT g, 'c' || g, g, '2020-01-01'::date + g FROM generate_series(6, 9) g;
INSERT INTO grandchild VALUES (10, 'gc', 3, '2024-02-29', '{1,2}');
INSERT INTO late_child VALUES (11, 'late', 1), (12, NULL, NULL);

-- Partitioned tables: list, range, hash, nested, with defaults, attached with other column orders.
CREATE TABLE measurements (at timestamptz NOT NULL, sensor int NOT NULL, value float8, note text) PARTITION BY RANGE (at);
CREATE TABLE measurements_2024 PARTITION OF measurements FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00');
CREATE TABLE measurements_2025 (note text, dropped int, value float8, sensor int NOT NULL, at timestamptz NOT NULL);
ALTER TABLE measurements_2025 DROP COLUMN dropped;
ALTER TABLE measurements ATTACH PARTITION measurements_2025 FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');
CREATE TABLE measurements_rest PARTITION OF measurements DEFAULT PARTITION BY LIST (sensor);
CREATE TABLE "measurements rest odd" PARTITION OF measurements_rest FOR VALUES IN (1, 3, 5, NULL);
CREATE TABLE measurements_rest_default PARTITION OF measurements_rest DEFAULT;
INSERT INTO measurements SELECT '2023-11-01 00:00:00+00'::timestamptz + g * interval '1 day', g % 7, g / 3.0, 'n' || g FROM generate_series(1, 1200) g;
CREATE INDEX measurements_at ON measurements (at DESC NULLS LAST, sensor) INCLUDE (value);
CREATE INDEX measurements_only ON ONLY measurements (sensor);
ALTER TABLE measurements ADD CONSTRAINT measurements_key UNIQUE (at, sensor);
CREATE TABLE hashed (k text NOT NULL, v int) PARTITION BY HASH (k);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE hashed_2 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO hashed SELECT 'key ' || g, g FROM generate_series(1, 300) g;
CREATE TABLE listed (m mood, v int) PARTITION BY LIST (m);
CREATE TABLE listed_sad PARTITION OF listed FOR VALUES IN ('sad', 'it''s "ok"');
CREATE TABLE listed_rest PARTITION OF listed DEFAULT;
INSERT INTO listed SELECT e, row_number() OVER () FROM unnest(enum_range(NULL::mood)) e;
CREATE TABLE no_partitions (a int) PARTITION BY RANGE (a);

-- Hashes of an enum's values depend on oids: rows may land in other partitions after a restore.
CREATE SCHEMA enum_hash;
CREATE TABLE enum_hash.by_mood (m mood NOT NULL, v int) PARTITION BY HASH (m);
CREATE TABLE enum_hash.by_mood_0 PARTITION OF enum_hash.by_mood FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE enum_hash.by_mood_1 (v int, m mood NOT NULL);
ALTER TABLE enum_hash.by_mood ATTACH PARTITION enum_hash.by_mood_1 FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE enum_hash.by_mood_2 PARTITION OF enum_hash.by_mood FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE enum_hash.by_mood_3 PARTITION OF enum_hash.by_mood FOR VALUES WITH (MODULUS 4, REMAINDER 3) PARTITION BY RANGE (v);
CREATE TABLE enum_hash.by_mood_3_low PARTITION OF enum_hash.by_mood_3 FOR VALUES FROM (MINVALUE) TO (100);
CREATE TABLE enum_hash.by_mood_3_high PARTITION OF enum_hash.by_mood_3 FOR VALUES FROM (100) TO (MAXVALUE);
INSERT INTO enum_hash.by_mood SELECT e, g FROM unnest(enum_range(NULL::mood)) e, generate_series(1, 200) g;

-- Foreign keys in a circle, to itself, across partitions; every action; deferred and not validated.
CREATE TABLE cycle_a (id int PRIMARY KEY, b_id int, self int REFERENCES cycle_a ON DELETE SET NULL);
CREATE TABLE cycle_b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES cycle_a DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE cycle_a ADD CONSTRAINT "to b" FOREIGN KEY (b_id) REFERENCES cycle_b ON UPDATE CASCADE DEFERRABLE;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO cycle_a SELECT g, NULL, NULL FROM generate_series(1, 100) g;
INSERT INTO cycle_b SELECT g, 101 - g FROM generate_series(1, 100) g;
UPDATE cycle_a SET b_id = 101 - id, self = 1 + id % 100;
COMMIT;
CREATE TABLE tenants (tenant int, id int, PRIMARY KEY (tenant, id));
CREATE TABLE tenant_rows (tenant int, ref int, FOREIGN KEY (tenant, ref) REFERENCES tenants ON DELETE SET NULL (ref), CONSTRAINT full_match FOREIGN KEY (tenant, ref) REFERENCES tenants MATCH FULL ON UPDATE SET DEFAULT NOT VALID);
INSERT INTO tenants SELECT 1, g FROM generate_series(1, 10) g;
INSERT INTO tenant_rows SELECT 1, g FROM generate_series(1, 10) g;
CREATE TABLE points_to_measurement (at timestamptz, sensor int, FOREIGN KEY (at, sensor) REFERENCES measurements (at, sensor));
INSERT INTO points_to_measurement SELECT at, sensor FROM measurements WHERE sensor = 2;

-- Constraints and indexes of every kind.
CREATE TABLE reservations (room int, during tstzrange, cancelled bool DEFAULT false, EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (NOT cancelled) DEFERRABLE);
INSERT INTO reservations SELECT g % 5, tstzrange('2024-01-01 00:00:00+00'::timestamptz + g * interval '1 hour', '2024-01-01 00:00:00+00'::timestamptz + (g + 1) * interval '1 hour') FROM generate_series(1, 100) g;
CREATE TABLE indexed (id int PRIMARY KEY, t text, b citext, j jsonb, ts tsvector, p point, arr int[], n int, m mood, h hstore, UNIQUE NULLS NOT DISTINCT (n, t), CONSTRAINT "odd \ name" UNIQUE (t, id) INCLUDE (b) DEFERRABLE);
INSERT INTO indexed SELECT g, 'text ' || g, 'CI' || g, jsonb_build_object('k', g), to_tsvector('simple', 'word' || g), point(g, g), ARRAY[g, g + 1], g % 10, 'sad', hstore('k', g::text) FROM generate_series(1, 500) g;
CREATE INDEX indexed_expression ON indexed ((lower(t) || E'\\.'), (id % 2)) WHERE t IS NOT NULL AND t <> E'it''s\n\\.';
CREATE INDEX indexed_gin ON indexed USING gin (j jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX indexed_trgm ON indexed USING gin (t gin_trgm_ops);
CREATE INDEX indexed_gist ON indexed USING gist (p) WITH (fillfactor = 70);
CREATE INDEX indexed_brin ON indexed USING brin (id int4_minmax_multi_ops, n) WITH (pages_per_range = 4);
CREATE INDEX indexed_hash ON indexed USING hash (t);
CREATE INDEX indexed_spgist ON indexed USING spgist (t COLLATE "C" text_ops);
CREATE INDEX indexed_bloom ON indexed USING bloom (id, n) WITH (length = 80, col1 = 2);
CREATE UNIQUE INDEX "indexed
name" ON indexed (id DESC NULLS LAST, t COLLATE "C" text_pattern_ops);
ALTER INDEX indexed_expression ALTER COLUMN 1 SET STATISTICS 500;
ALTER TABLE indexed CLUSTER ON indexed_pkey;
ALTER TABLE indexed REPLICA IDENTITY FULL;
ALTER TABLE tenants REPLICA IDENTITY USING INDEX tenants_pkey;
ALTER TABLE nasty_rows ADD CONSTRAINT "check \. it" CHECK (a IS NULL OR a <> E'\\.\n--\nCOPY x FROM stdin;') NOT VALID;
ALTER TABLE indexed ALTER t SET STATISTICS 321, ALTER t SET STORAGE EXTERNAL, ALTER j SET COMPRESSION lz4, ALTER n SET (n_distinct = -0.5);
ALTER TABLE indexed SET (fillfactor = 80, autovacuum_enabled = off, toast.autovacuum_vacuum_scale_factor = 0.3);
CREATE STATISTICS indexed_all ON id, n, t FROM indexed;
CREATE STATISTICS "odd ""stats""" (ndistinct, mcv) ON (n % 3), (lower(t)), id FROM indexed;
ALTER STATISTICS indexed_all SET STATISTICS 44;
COMMENT ON STATISTICS indexed_all IS 'statistics';

-- Typed table, table from a composite type, tables with odd columns.
CREATE TABLE typed OF address ("zip code" WITH OPTIONS DEFAULT '00000', PRIMARY KEY (street));
INSERT INTO typed VALUES ('a', '1', '{x,"y,z"}');
CREATE TABLE wide AS SELECT g AS id FROM generate_series(1, 3) g;
SELECT 'ALTER TABLE torture.wide ' || string_agg(format('ADD COLUMN c%s text DEFAULT %L', g, g), ', ') FROM generate_series(1, 400) g
\gexec

-- Views: on views, in a circle with a primary key, with options; materialized views on views and on each other.
CREATE VIEW base_view AS SELECT id, t || E' \\. \n COPY x FROM stdin;' AS t2, n FROM indexed WHERE n > 2;
CREATE VIEW view_on_view WITH (security_barrier, security_invoker = true) AS SELECT v.id, v.n, i.m FROM base_view v JOIN indexed i USING (id);
CREATE VIEW checked_view AS SELECT id, t FROM indexed WHERE n > 1 WITH LOCAL CHECK OPTION;
CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 10;
CREATE VIEW grouped_by_key AS SELECT i.*, count(*) AS many FROM indexed i JOIN nasty_rows r ON r.n = i.id GROUP BY i.id;
CREATE VIEW "view with ""quotes"" and
newline" AS SELECT 1 AS "a.b", '$$' AS "c""d";
CREATE MATERIALIZED VIEW mat_base AS SELECT n, count(*) AS c FROM view_on_view GROUP BY n ORDER BY n;
CREATE VIEW view_on_mat AS SELECT n, c * 2 AS c2 FROM mat_base;
CREATE MATERIALIZED VIEW mat_on_mat AS SELECT sum(c2) AS s FROM view_on_mat;
CREATE MATERIALIZED VIEW mat_on_mat_on_mat AS SELECT s + 1 AS s FROM mat_on_mat;
CREATE MATERIALIZED VIEW mat_grouped AS SELECT id, many FROM grouped_by_key ORDER BY id;
CREATE MATERIALIZED VIEW mat_unpopulated AS SELECT * FROM mat_on_mat WITH NO DATA;
CREATE UNIQUE INDEX mat_base_n ON mat_base (n);
COMMENT ON MATERIALIZED VIEW mat_base IS 'materialized';
CREATE VIEW "a_view_before_its_function" AS SELECT 1 AS x;
CREATE FUNCTION from_view() RETURNS SETOF a_view_before_its_function LANGUAGE sql STABLE AS 'SELECT * FROM torture.a_view_before_its_function';
CREATE OR REPLACE VIEW a_view_before_its_function AS SELECT 1 AS x WHERE EXISTS (SELECT FROM pg_class WHERE relname = 'x');

-- Functions whose bodies look like a dump.
CREATE FUNCTION body_like_a_dump(a text DEFAULT E'it''s \\. $$', VARIADIC rest int[] DEFAULT '{}') RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE COST 7 SET search_path = torture, pg_temp SET work_mem = '1MB' AS $outer$
BEGIN
    -- COPY x FROM stdin;
    PERFORM $inner$
COPY x FROM stdin;
1	2
\.

--
-- Data for Name: fake; Type: TABLE DATA; Schema: torture; Owner: -
--

COPY torture.fake (a, b) FROM stdin;
1	one
\.


--
-- PostgreSQL database dump complete
--

\unrestrict abcdef
-- mina:{"record":"table","name":"torture.fake","rows":1}
$inner$;
    RETURN '/* not closed, -- not a comment, $$ not a quote';
END
$outer$;
CREATE FUNCTION body_with_dollars() RETURNS text LANGUAGE sql AS 'SELECT ''$$ $_$ $_X$ $function$ '' || $a$ ''quoted'' $b$ $a$ /* /* nested */ */';
CREATE FUNCTION body_with_lines() RETURNS text LANGUAGE sql IMMUTABLE AS '
SELECT ''
\.
COPY x FROM stdin;
\.
\! echo owned
''';
CREATE FUNCTION atomic_body(a int, INOUT t text, OUT doubled int) LANGUAGE sql IMMUTABLE BEGIN ATOMIC
    SELECT CASE WHEN t = E'\\.\n;' THEN 'COPY x FROM stdin;' ELSE t END, CASE WHEN a > 0 THEN a * 2 ELSE 0 END;
END;
CREATE PROCEDURE atomic_procedure(a int) LANGUAGE sql BEGIN ATOMIC
    INSERT INTO single_column VALUES (E'\n\\.\n' || a);
    DELETE FROM single_column WHERE v = E'END;\nCOPY x FROM stdin;\n' AND a = CASE a WHEN 1 THEN 2 ELSE 3 END;
END;
CREATE FUNCTION uses_mat() RETURNS numeric LANGUAGE sql STABLE BEGIN ATOMIC SELECT s FROM mat_on_mat; END;
CREATE FUNCTION returns_table(n int) RETURNS TABLE (a int, b text) LANGUAGE sql ROWS 5 LEAKPROOF AS 'SELECT g, g::text FROM generate_series(1, n) g';
CREATE FUNCTION polymorphic(anyelement, anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE PROCEDURE plain_procedure(INOUT a int) LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN a := a + 1; END';
CREATE FUNCTION "odd ""function"" (name)"("arg ""one""" int) RETURNS int LANGUAGE sql RETURN "odd ""function"" (name)"."arg ""one""" + 1;
COMMENT ON FUNCTION body_like_a_dump(text, int[]) IS E'comment with \\. and\n\\.\nCOPY x FROM stdin;\n';
CREATE AGGREGATE concat_all(text) (SFUNC = textcat, STYPE = text, INITCOND = E'\\.');
CREATE AGGREGATE my_percentile(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE FUNCTION address_eq(address, address) RETURNS bool LANGUAGE sql IMMUTABLE AS $$SELECT ($1).street = ($2).street$$;
CREATE OPERATOR === (LEFTARG = address, RIGHTARG = address, FUNCTION = address_eq, COMMUTATOR = ===);
CREATE FUNCTION mood_of_int(int) RETURNS mood LANGUAGE sql IMMUTABLE AS $$SELECT 'sad'::torture.mood$$;
CREATE CAST (int AS mood) WITH FUNCTION mood_of_int(int) AS ASSIGNMENT;
CREATE OPERATOR FAMILY my_family USING btree;
CREATE OPERATOR CLASS my_int_ops FOR TYPE int USING btree FAMILY my_family AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
CREATE INDEX indexed_own_class ON indexed (n my_int_ops);
CREATE CONVERSION my_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD my_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE other_method (a int) USING my_heap;
INSERT INTO other_method VALUES (1), (2);
CREATE TEXT SEARCH DICTIONARY my_dictionary (TEMPLATE = snowball, language = 'german', stopwords = 'german');
CREATE TEXT SEARCH CONFIGURATION my_config (COPY = pg_catalog.german);
ALTER TEXT SEARCH CONFIGURATION my_config ALTER MAPPING FOR word, asciiword WITH extras.unaccent, my_dictionary;

-- Triggers of every kind and state; rules; policies.
CREATE FUNCTION refuse_everything() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'a trigger fired during the restore'; END$$;
CREATE FUNCTION touch_row() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.c := 'changed by a trigger'; RETURN NEW; END$$;
CREATE TRIGGER "a ""trigger"" that; changes
rows" BEFORE INSERT OR UPDATE OF c ON nasty_rows FOR EACH ROW WHEN (NEW.a IS DISTINCT FROM E'\\.\n') EXECUTE FUNCTION touch_row('arg with ''quote'' and \.', 'two');
CREATE TRIGGER refuses BEFORE INSERT ON single_column FOR EACH STATEMENT EXECUTE FUNCTION refuse_everything();
CREATE TRIGGER disabled_one AFTER DELETE ON indexed REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION refuse_everything();
ALTER TABLE indexed DISABLE TRIGGER disabled_one;
CREATE CONSTRAINT TRIGGER deferred_one AFTER INSERT ON indexed DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_everything();
ALTER TABLE indexed ENABLE ALWAYS TRIGGER deferred_one;
CREATE TRIGGER on_partitioned BEFORE INSERT ON measurements FOR EACH ROW EXECUTE FUNCTION refuse_everything();
ALTER TABLE measurements_2024 ENABLE REPLICA TRIGGER on_partitioned;
CREATE TRIGGER on_view INSTEAD OF INSERT ON base_view FOR EACH ROW EXECUTE FUNCTION refuse_everything();
CREATE RULE "divert; it" AS ON INSERT TO hashed WHERE NEW.v < 0 DO INSTEAD NOTHING;
CREATE RULE loud AS ON UPDATE TO view_on_view DO INSTEAD (UPDATE indexed SET t = E'\\.\n;' WHERE id = OLD.id; NOTIFY changed, 'it''s; \.');
CREATE RULE quiet AS ON DELETE TO indexed DO ALSO NOTHING;
ALTER TABLE indexed DISABLE RULE quiet;
ALTER TABLE indexed ENABLE ROW LEVEL SECURITY;
CREATE POLICY "only ""even""" ON indexed AS RESTRICTIVE FOR SELECT TO "tört ""quoted"" röle" USING (id % 2 = 0 AND t <> E'\\.\n');
CREATE POLICY writes ON indexed FOR UPDATE USING (true) WITH CHECK (n < 100);
ALTER TABLE cycle_a ENABLE ROW LEVEL SECURITY;
ALTER TABLE cycle_a FORCE ROW LEVEL SECURITY;
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN IF current_setting('mina.allow_ddl', true) IS NULL THEN RAISE EXCEPTION 'DDL is not allowed'; END IF; END$$;
CREATE EVENT TRIGGER "no ddl; please" ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'CREATE TABLE AS') EXECUTE FUNCTION on_ddl();
CREATE EVENT TRIGGER disabled_event ON sql_drop EXECUTE FUNCTION on_ddl();
ALTER EVENT TRIGGER disabled_event DISABLE;

-- Publications; foreign data.
CREATE PUBLICATION pub_all FOR ALL TABLES WITH (publish = 'insert, delete');
CREATE PUBLICATION "pub ""some""" FOR TABLE indexed (id, t) WHERE (id > 10 AND t <> E'\\.'), TABLE ONLY parent_a WITH (publish_via_partition_root = true);
CREATE PUBLICATION pub_schema FOR TABLES IN SCHEMA torture, extras;
CREATE PUBLICATION pub_empty;
CREATE SERVER "far ""away""" TYPE 'pg' VERSION '1' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere.invalid', dbname 'it''s \. far');
CREATE USER MAPPING FOR PUBLIC SERVER "far ""away""" OPTIONS (user 'somebody', password 'fdw-secret-1');
CREATE FOREIGN TABLE far_table (id int OPTIONS (column_name 'ID') NOT NULL, t text COLLATE "C") SERVER "far ""away""" OPTIONS (schema_name 'x', table_name 'y');
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE file_table (line text) SERVER files OPTIONS (filename '/nonexistent/file', format 'text');

-- Large objects, with owner, rights and comment; one of several chunks, one empty.
SELECT lo_from_bytea(700001, '\x00010203ff5c0a'), lo_from_bytea(700002, ''), lo_from_bytea(700003, decode(repeat('5c2e0a00ff', 100000), 'hex')) \g /dev/null
ALTER LARGE OBJECT 700001 OWNER TO "torture owner";
GRANT SELECT ON LARGE OBJECT 700001 TO torture_reader, PUBLIC;
COMMENT ON LARGE OBJECT 700003 IS E'large\n\\.\nobject';
CREATE TABLE with_lo (id int PRIMARY KEY, content lo);
INSERT INTO with_lo VALUES (1, 700001), (2, 700003);
CREATE TRIGGER lo_cleanup BEFORE UPDATE OR DELETE ON with_lo FOR EACH ROW EXECUTE FUNCTION lo_manage(content);

-- Names that resolve through the usual search path, and so print without their schema wherever that path is in force.
CREATE TABLE public.found_by_path (id int PRIMARY KEY);
CREATE FUNCTION public.found_by_path(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE TABLE names_of_objects (a regclass, b regprocedure, c regtype, d regclass[]);
INSERT INTO names_of_objects VALUES ('public.found_by_path', 'public.found_by_path(int)', 'public.found_by_path', '{public.found_by_path}');

-- Owners, rights down to columns, rights passed on by others, comments.
ALTER TABLE indexed OWNER TO "torture owner";
ALTER TABLE "quo""te" OWNER TO "tört ""quoted"" röle";
ALTER TYPE mood OWNER TO "torture.dotted";
ALTER FUNCTION body_with_lines() OWNER TO "tört ""quoted"" röle";
ALTER VIEW base_view OWNER TO "torture owner";
GRANT SELECT, INSERT ON indexed TO torture_granter WITH GRANT OPTION;
SET SESSION AUTHORIZATION torture_granter;
GRANT SELECT ON torture.indexed TO torture_reader;
RESET SESSION AUTHORIZATION;
GRANT SELECT ("col""umn"), UPDATE ("sp ace", "new
line") ON "quo""te" TO torture_reader;
GRANT ALL ON nasty_rows TO PUBLIC;
REVOKE ALL ON single_column FROM CURRENT_USER;
GRANT USAGE ON SEQUENCE never_called TO "tört ""quoted"" röle";
REVOKE EXECUTE ON FUNCTION body_with_dollars() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION body_with_dollars() TO torture_reader;
GRANT USAGE ON TYPE address TO torture_reader;
GRANT USAGE ON FOREIGN SERVER files TO torture_reader;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO torture_reader;
COMMENT ON TABLE "quo""te" IS E'multi\nline\n\\.\n-- Data for Name: x\nCOPY y FROM stdin;\n';
COMMENT ON COLUMN "quo""te"."new
line" IS 'column $$ comment';
COMMENT ON TRIGGER refuses ON single_column IS 'trigger';
COMMENT ON CONSTRAINT "to b" ON cycle_a IS 'constraint';
COMMENT ON POLICY writes ON indexed IS 'policy';
COMMENT ON RULE quiet ON indexed IS 'rule';
COMMENT ON INDEX "indexed
name" IS 'index';
COMMENT ON PUBLICATION pub_all IS 'publication';
COMMENT ON EVENT TRIGGER "no ddl; please" IS 'event trigger';

-- Enough rows for several blocks, and one line far longer than any block.
CREATE TABLE bulk (id int, who text, at timestamptz, payload text);
INSERT INTO bulk SELECT g, 'user ' || g % 97, '2024-01-01 00:00:00+00'::timestamptz + g * interval '1 second', repeat(md5(g::text), 6) FROM generate_series(1, 25000) g;
CREATE TABLE huge (id int PRIMARY KEY, value text);
INSERT INTO huge VALUES (1, 'before'), (3, 'after');
INSERT INTO huge SELECT 2, string_agg(md5(g::text) || E'\t\\', '') FROM generate_series(1, 1850000) g;
