-- Run by the server's administrator in the empty database, before the first migration; running it again
-- changes nothing. It makes the two roles that migrations need. Their passwords, or IAM login, are given
-- afterwards, by the operator of the server.

-- Hashes are of UTF-8 bytes, so a database in another encoding would disagree with every verifier.
DO $$ BEGIN
  IF current_setting('server_version_num')::integer < 150000 THEN
    RAISE EXCEPTION 'PostgreSQL 15 or later is needed';
  END IF;
  IF current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'the database must be encoded in UTF8';
  END IF;
END $$;

-- The owner cannot log in. It may not make roles either: functions that run with the owner's rights would
-- carry that right with them. The migrator makes the functions' roles before it says SET ROLE.
-- NOINHERIT: it holds nothing of the owner's until it says so, which the server's log can show.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'doorbook_owner') THEN
    CREATE ROLE doorbook_owner NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'doorbook_migrator') THEN
    CREATE ROLE doorbook_migrator LOGIN CREATEROLE NOINHERIT;
  END IF;
  IF NOT pg_has_role('doorbook_migrator', 'doorbook_owner', 'MEMBER') THEN
    GRANT doorbook_owner TO doorbook_migrator;
  END IF;
END $$;

-- A role that existed before may have more rights than what is written above.
DO $$ BEGIN
  IF EXISTS (
    SELECT FROM pg_roles
    WHERE rolname IN ('doorbook_owner', 'doorbook_migrator')
      AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolreplication
        OR rolcanlogin <> (rolname = 'doorbook_migrator')
        OR rolcreaterole <> (rolname = 'doorbook_migrator')
        OR (rolinherit AND rolname = 'doorbook_migrator')))
  THEN
    RAISE EXCEPTION 'doorbook_owner or doorbook_migrator exists with other attributes than this file gives it';
  END IF;
END $$;

-- An administrator who is no superuser (managed PostgreSQL) must be able to become the owner. Since
-- PostgreSQL 16 the creator of a role is its member without that, so membership alone says too little.
DO $$ BEGIN
  IF current_setting('is_superuser') = 'off' THEN
    EXECUTE 'GRANT doorbook_owner TO CURRENT_USER';
  END IF;
  EXECUTE format('ALTER DATABASE %I OWNER TO doorbook_owner', current_database());
END $$;
ALTER SCHEMA public OWNER TO doorbook_owner;

-- Large objects are outside row-level security and any role may make them. Managed PostgreSQL does not let
-- its administrator take that away; the roles then hold no object and no function of ours makes one.
DO $$
DECLARE
  called regprocedure;
BEGIN
  IF current_setting('is_superuser') = 'on' THEN
    FOR called IN
      SELECT oid FROM pg_proc
      WHERE pronamespace = 'pg_catalog'::regnamespace AND (proname LIKE 'lo\_%' OR proname IN ('loread', 'lowrite'))
    LOOP
      EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', called);
    END LOOP;
  END IF;
END $$;
