-- What everything else needs: schemas, what PUBLIC may not do, and the tenant of a transaction.
-- Runs as doorbook_owner, which owns everything and cannot log in.

DO $$ BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- Without this, PostgreSQL lets every role execute every new function.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC;

CREATE SCHEMA app;
CREATE SCHEMA audit;
CREATE SCHEMA directory;

-- The tenant of the running transaction. Raises when none is open, so that a forgotten tenant is an
-- error and never all rows. STABLE, not IMMUTABLE: a cached plan must not remember a tenant. With a search_path
-- of its own it is not parsed anew whenever callers with another one take turns.
CREATE FUNCTION app.organization_id() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bound CONSTANT uuid := nullif(current_setting('app.organization_id', true), '');
BEGIN
  IF bound IS NULL THEN
    RAISE EXCEPTION 'no organization is open' USING ERRCODE = '42501';
  END IF;
  RETURN bound;
END $$;

-- The site that the caller's credential is bound to; null for a caller that may act at every site.
CREATE FUNCTION app.site_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT nullif(pg_catalog.current_setting('app.site_id', true), '')::uuid
$$;

-- True where the caller may see or act at the site.
CREATE FUNCTION app.reaches_site(site uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(app.site_id() = site, true)
$$;

-- Binds the tenant and the site for this transaction only, for work on one tenant by hand, as in tests; the door
-- does the same by itself. `true` means SET LOCAL, and going through a function keeps RDS Proxy from pinning the
-- connection, as a bare SET would. An assignment costs a tenth of PERFORM, which would run a query.
CREATE FUNCTION app.bind(organization uuid, site uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bound text;
BEGIN
  bound := set_config('app.organization_id', organization::text, true);
  bound := set_config('app.site_id', coalesce(site::text, ''), true);
END $$;

CREATE FUNCTION app.refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of several organizations cannot be removed at once' USING ERRCODE = '42501';
END $$;

-- Puts a tenant table under row-level security. A restrictive policy alone would deny everything and a
-- permissive one alone could be widened by a second, so each table has exactly these two.
CREATE PROCEDURE app.protect(tenant_table regclass) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('CREATE POLICY anyone ON %s AS PERMISSIVE FOR ALL USING (true) WITH CHECK (true)', tenant_table);
  EXECUTE format('CREATE POLICY own_organization ON %s AS RESTRICTIVE FOR ALL '
    'USING (organization_id = (SELECT app.organization_id())) '
    'WITH CHECK (organization_id = (SELECT app.organization_id()))', tenant_table);
  EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s '
    'FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_truncate()', tenant_table);
END $$;
