namespace Mina.Backup.Engine.Restore;

/// <summary>
/// SQL that empties a database within a transaction, down to what CREATE DATABASE from template0 gives. DROP OWNED would
/// leave what other roles own, extensions, event triggers, publications and default privileges.
/// </summary>
internal static class InPlaceWipe
{
    /// <summary>One DO block. Objects of extensions go with their extensions, everything in a schema with its schema.</summary>
    public const string Sql =
        """
        DO $wipe$
        DECLARE
          item record;
          grantee record;
          kind text;
          may_drop_public boolean;
        BEGIN
          FOR item IN SELECT pg_catalog.format('DROP EVENT TRIGGER %I', evtname) AS sql FROM pg_catalog.pg_event_trigger e
            WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND d.objid = e.oid AND d.deptype = 'e')
          LOOP EXECUTE item.sql; END LOOP;
          FOR item IN SELECT pg_catalog.format('DROP PUBLICATION %I', pubname) AS sql FROM pg_catalog.pg_publication
          LOOP EXECUTE item.sql; END LOOP;
          FOR item IN SELECT pg_catalog.format('DROP EXTENSION IF EXISTS %I CASCADE', extname) AS sql FROM pg_catalog.pg_extension WHERE oid >= 16384
          LOOP EXECUTE item.sql; END LOOP;
          FOR item IN SELECT pg_catalog.format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname) AS sql FROM pg_catalog.pg_foreign_data_wrapper WHERE oid >= 16384
          LOOP EXECUTE item.sql; END LOOP;

          SELECT pg_catalog.pg_has_role(nspowner, 'USAGE') INTO may_drop_public FROM pg_catalog.pg_namespace WHERE nspname = 'public';
          FOR item IN SELECT pg_catalog.format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) AS sql FROM pg_catalog.pg_namespace
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND (nspname <> 'public' OR may_drop_public)
          LOOP EXECUTE item.sql; END LOOP;
          -- Before 15 the schema public belongs to the superuser; whoever owns only the database empties it piece by piece.
          IF NOT may_drop_public THEN
            LOOP
              SELECT pg_catalog.format('DROP %s %s CASCADE',
                  CASE o.type WHEN 'composite type' THEN 'type' ELSE o.type END, o.identity) AS sql
                INTO item
                FROM (SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::oid AS classid, oid, 1 AS rank FROM pg_catalog.pg_class
                        WHERE relnamespace = 'public'::pg_catalog.regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
                      UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, 2 FROM pg_catalog.pg_proc WHERE pronamespace = 'public'::pg_catalog.regnamespace
                      UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, oid, 3 FROM pg_catalog.pg_type
                        WHERE typnamespace = 'public'::pg_catalog.regnamespace AND typelem = 0
                      UNION ALL SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, 4 FROM pg_catalog.pg_operator WHERE oprnamespace = 'public'::pg_catalog.regnamespace
                      UNION ALL SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, oid, 5 FROM pg_catalog.pg_opfamily WHERE opfnamespace = 'public'::pg_catalog.regnamespace
                      UNION ALL SELECT 'pg_catalog.pg_collation'::pg_catalog.regclass, oid, 6 FROM pg_catalog.pg_collation WHERE collnamespace = 'public'::pg_catalog.regnamespace
                      UNION ALL SELECT 'pg_catalog.pg_conversion'::pg_catalog.regclass, oid, 7 FROM pg_catalog.pg_conversion WHERE connamespace = 'public'::pg_catalog.regnamespace
                      UNION ALL SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid, 8 FROM pg_catalog.pg_statistic_ext WHERE stxnamespace = 'public'::pg_catalog.regnamespace
                      UNION ALL SELECT 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid, 9 FROM pg_catalog.pg_ts_config WHERE cfgnamespace = 'public'::pg_catalog.regnamespace
                      UNION ALL SELECT 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid, 10 FROM pg_catalog.pg_ts_dict WHERE dictnamespace = 'public'::pg_catalog.regnamespace
                     ) x CROSS JOIN LATERAL pg_catalog.pg_identify_object(x.classid, x.oid, 0) o
                ORDER BY x.rank, x.oid LIMIT 1;
              EXIT WHEN NOT FOUND;
              EXECUTE item.sql;
            END LOOP;
          END IF;

          FOR item IN SELECT pg_catalog.format('DROP CAST IF EXISTS (%s AS %s) CASCADE', pg_catalog.format_type(castsource, NULL), pg_catalog.format_type(casttarget, NULL)) AS sql
            FROM pg_catalog.pg_cast WHERE oid >= 16384
          LOOP EXECUTE item.sql; END LOOP;
          FOR item IN SELECT pg_catalog.format('DROP LANGUAGE IF EXISTS %I CASCADE', lanname) AS sql FROM pg_catalog.pg_language WHERE oid >= 16384
          LOOP EXECUTE item.sql; END LOOP;
          FOR item IN SELECT pg_catalog.format('DROP ACCESS METHOD IF EXISTS %I CASCADE', amname) AS sql FROM pg_catalog.pg_am WHERE oid >= 16384
          LOOP EXECUTE item.sql; END LOOP;
          PERFORM pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata;

          -- An entry goes away when it says no more than the built-in default: all to the owner, functions and types to everybody too.
          FOR item IN SELECT a.oid, pg_catalog.pg_get_userbyid(defaclrole) AS role, defaclobjtype AS type FROM pg_catalog.pg_default_acl a WHERE defaclnamespace = 0
          LOOP
            kind := CASE item.type WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END;
            FOR grantee IN SELECT DISTINCT x.grantee AS id FROM pg_catalog.pg_default_acl a, pg_catalog.aclexplode(a.defaclacl) x WHERE a.oid = item.oid
            LOOP
              EXECUTE pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE ALL ON %s FROM %s', item.role, kind,
                CASE grantee.id WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee.id)) END);
            END LOOP;
            EXECUTE pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT ALL ON %s TO %I', item.role, kind, item.role);
            IF item.type IN ('f', 'T') THEN
              EXECUTE pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT %s ON %s TO PUBLIC', item.role, CASE item.type WHEN 'f' THEN 'EXECUTE' ELSE 'USAGE' END, kind);
            END IF;
          END LOOP;

          -- What template0 holds.
          IF may_drop_public IS DISTINCT FROM false THEN
            IF pg_catalog.current_setting('server_version_num')::int >= 150000 THEN
              CREATE SCHEMA public AUTHORIZATION pg_database_owner;
              GRANT USAGE ON SCHEMA public TO PUBLIC;
            ELSE
              CREATE SCHEMA public;
              GRANT ALL ON SCHEMA public TO PUBLIC;
              SELECT pg_catalog.pg_get_userbyid(10) AS role INTO item;
              IF pg_catalog.pg_has_role(item.role, 'USAGE') THEN
                EXECUTE pg_catalog.format('ALTER SCHEMA public OWNER TO %I', item.role);
              END IF;
            END IF;
            COMMENT ON SCHEMA public IS 'standard public schema';
          END IF;
        END
        $wipe$
        """;
}
