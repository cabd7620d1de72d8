-- What must be so in the catalogue, whatever a probe can see. Each row that comes back is a finding. The views
-- leave out PostgreSQL's own schemas only, so that an unexpected schema is looked at too.

CREATE TEMP VIEW our_schemas AS
  SELECT oid, nspname, nspacl, nspowner FROM pg_namespace
  WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema';
CREATE TEMP VIEW our_relations AS
  SELECT c.oid, c.oid::regclass::text AS label, c.relkind, c.relname, c.relowner, c.relacl, c.reloptions, c.relispartition,
    c.relrowsecurity, c.relforcerowsecurity, n.nspname
  FROM pg_class AS c JOIN our_schemas AS n ON n.oid = c.relnamespace;
CREATE TEMP VIEW our_functions AS
  SELECT p.oid, p.oid::regprocedure::text AS label, p.proowner, p.proacl, p.prosecdef, p.proconfig, p.proleakproof, p.provolatile
  FROM pg_proc AS p JOIN our_schemas AS n ON n.oid = p.pronamespace;
CREATE TEMP VIEW our_roles AS
  SELECT * FROM pg_roles WHERE rolname LIKE 'fn\_%' AND rolname NOT LIKE '%\_\_twin';
-- The tables that no tenant owns. The list may only shrink.
CREATE TEMP VIEW global_tables AS
  SELECT * FROM our_relations WHERE nspname = 'public'
    AND relname = ANY ('{directory,pending_work,plans,audit_actions,log_keys,schema_migrations,staff}'::text[]);
CREATE TEMP VIEW tenant_relations AS
  SELECT * FROM our_relations WHERE relkind IN ('r', 'p') AND oid NOT IN (SELECT oid FROM global_tables);

-- Every right that a role other than the owner has on anything of this database.
CREATE TEMP VIEW rights AS
  SELECT grantee, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS role, kind, label, privilege_type AS right, is_grantable
  FROM (
    SELECT 'relation' AS kind, label, (aclexplode(relacl)).*, relowner AS owner FROM our_relations
    UNION ALL SELECT 'column', r.label || '.' || a.attname, (aclexplode(a.attacl)).*, r.relowner
      FROM pg_attribute AS a JOIN our_relations AS r ON r.oid = a.attrelid WHERE a.attacl IS NOT NULL
    UNION ALL SELECT 'function', label, (aclexplode(coalesce(proacl, acldefault('f', proowner)))).*, proowner FROM our_functions
    UNION ALL SELECT 'schema', nspname, (aclexplode(nspacl)).*, nspowner FROM our_schemas
    UNION ALL SELECT 'database', 'this', (aclexplode(coalesce(datacl, acldefault('d', datdba)))).*, datdba FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT 'large objects', p.oid::regprocedure::text, (aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))).*, p.proowner
      FROM pg_proc AS p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (p.proname LIKE 'lo\_%' OR p.proname IN ('loread', 'lowrite'))
    UNION ALL SELECT 'default', d.defaclobjtype::text, (aclexplode(d.defaclacl)).*, d.defaclrole FROM pg_default_acl AS d
  ) AS granted
  WHERE grantee <> owner AND grantee NOT IN (SELECT oid FROM pg_roles WHERE rolname = 'isolation_probe');

CREATE FUNCTION pg_temp.table_findings() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT label || ' is not under enabled and forced row-level security' FROM tenant_relations WHERE NOT (relrowsecurity AND relforcerowsecurity)
  UNION ALL
  SELECT r.label || ' has other policies than the two of app.protect' FROM tenant_relations AS r
    WHERE (SELECT coalesce(jsonb_agg(jsonb_build_array(p.polname, p.polpermissive, p.polcmd, p.polroles::text,
          pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname), '[]')
        FROM pg_policy AS p WHERE p.polrelid = r.oid)
      <> '[["anyone", true, "*", "{0}", "true", "true"],
           ["own_organization", false, "*", "{0}", "(organization_id = ( SELECT app.organization_id() AS organization_id))",
            "(organization_id = ( SELECT app.organization_id() AS organization_id))"]]'
  UNION ALL
  SELECT r.label || ' has no organization_id of type uuid that is never null' FROM tenant_relations AS r
    WHERE NOT EXISTS (SELECT FROM pg_attribute AS a
      WHERE a.attrelid = r.oid AND a.attname = 'organization_id' AND a.atttypid = 'uuid'::regtype AND a.attnotnull)
  UNION ALL
  SELECT r.label || ' has no primary key' FROM tenant_relations AS r
    WHERE NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = r.oid AND i.indisprimary)
  UNION ALL
  SELECT i.indexrelid::regclass || ' does not begin with organization_id' FROM pg_index AS i JOIN tenant_relations AS r ON r.oid = i.indrelid
    WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = r.oid AND a.attnum = i.indkey[0] AND a.attname = 'organization_id')
  UNION ALL
  SELECT f.conname || ' of ' || r.label || ' does not tie both sides to one organization, or cascades' FROM pg_constraint AS f
    JOIN tenant_relations AS r ON r.oid = f.conrelid
    WHERE f.contype = 'f' AND (f.confdeltype NOT IN ('a', 'r') OR f.confupdtype <> 'a' OR NOT f.convalidated
      OR (f.confrelid IN (SELECT oid FROM tenant_relations) AND NOT EXISTS (SELECT FROM pg_attribute AS a, pg_attribute AS b
        WHERE a.attrelid = f.conrelid AND a.attnum = f.conkey[1] AND a.attname = 'organization_id'
          AND b.attrelid = f.confrelid AND b.attnum = f.confkey[1] AND b.attname = 'organization_id')))
  UNION ALL
  SELECT r.label || ' can be truncated' FROM tenant_relations AS r
    WHERE NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = r.oid AND t.tgname = 'refuse_truncate' AND t.tgenabled <> 'D'
      AND t.tgtype = 34 AND t.tgfoid = 'app.refuse_truncate()'::regprocedure)
  UNION ALL
  SELECT 'audit_log lacks the trigger ' || wanted.name || ', or not in every mode of replication'
    FROM (VALUES ('append', 7, 'audit.append()'), ('append_only', 27, 'audit.refuse_change()'), ('refuse_truncate', 34, 'app.refuse_truncate()'))
      AS wanted (name, type, function)
    WHERE NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = 'public.audit_log'::regclass AND t.tgname = wanted.name
      AND t.tgtype = wanted.type AND t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgfoid = wanted.function::regprocedure)
  UNION ALL
  SELECT 'credentials may be made without an entry'
    WHERE NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = 'public.credentials'::regclass AND t.tgname = 'expect_entry'
      AND t.tgtype = 5 AND t.tgenabled = 'A' AND t.tginitdeferred AND t.tgfoid = 'app.expect_entry()'::regprocedure)
$$;

CREATE FUNCTION pg_temp.object_findings() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT 'the schema ' || nspname || ' is not one of ours' FROM our_schemas WHERE nspname NOT IN ('app', 'audit', 'directory', 'public')
  UNION ALL
  SELECT what || ' is not owned by doorbook_owner' FROM (
      SELECT label AS what, relowner AS owner FROM our_relations UNION ALL SELECT label, proowner FROM our_functions
      UNION ALL SELECT nspname, nspowner FROM our_schemas UNION ALL SELECT 'the database', datdba FROM pg_database WHERE datname = current_database()) AS owned
    WHERE owner <> 'doorbook_owner'::regrole
  UNION ALL
  SELECT label || ' is a view that does not look with the rights of its reader' FROM our_relations
    WHERE relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)
  UNION ALL
  SELECT label || ' is of a kind that row-level security does not reach' FROM our_relations WHERE relkind IN ('m', 'f', 'S')
  UNION ALL
  SELECT label || ' has a rewrite rule' FROM our_relations JOIN pg_rewrite ON ev_class = our_relations.oid WHERE relkind <> 'v'
  UNION ALL
  SELECT label || ' runs as its owner with a search_path that others can fill' FROM our_functions
    WHERE prosecdef AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
  UNION ALL
  SELECT label || ' is LEAKPROOF, so it may run before a policy' FROM our_functions WHERE proleakproof
  UNION ALL
  SELECT DISTINCT f.label || ' stands in a policy and is not STABLE' FROM our_functions AS f
    JOIN pg_depend AS d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = f.oid AND d.classid = 'pg_policy'::regclass
    WHERE f.provolatile <> 's'
  UNION ALL
  SELECT 'the publication ' || pubname || ' carries rows of all tenants' FROM pg_publication
  UNION ALL
  SELECT 'this minor version lacks a fix of row-level security' WHERE current_setting('server_version_num')::integer
    < CASE current_setting('server_version_num')::integer / 10000 WHEN 15 THEN 150014 WHEN 16 THEN 160010 WHEN 17 THEN 170006 ELSE 180000 END
$$;

CREATE FUNCTION pg_temp.settings_here(role oid) RETURNS text[] LANGUAGE sql AS $$
  SELECT setconfig FROM pg_db_role_setting
  WHERE setrole = role AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
$$;

CREATE FUNCTION pg_temp.role_findings() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT rolname || ' has an attribute that no function needs' FROM our_roles
    WHERE rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolinherit OR NOT rolcanlogin
  UNION ALL
  SELECT rolname || ' passes row-level security by' FROM pg_roles WHERE rolbypassrls AND NOT rolsuper
  UNION ALL
  SELECT 'doorbook_owner can log in or make roles' FROM pg_roles
    WHERE rolname = 'doorbook_owner' AND (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
  UNION ALL
  -- From PostgreSQL 16, who makes a role is its administrator, which gives no right to use it.
  SELECT m.member::regrole || ' is a member of ' || m.roleid::regrole FROM pg_auth_members AS m
    WHERE (m.member IN (SELECT oid FROM our_roles) OR m.roleid IN (SELECT oid FROM our_roles) OR m.roleid = 'doorbook_owner'::regrole
        OR m.roleid = 'doorbook_migrator'::regrole OR m.member = 'doorbook_owner'::regrole)
      AND NOT (m.member = 'doorbook_migrator'::regrole
        AND (m.roleid = 'doorbook_owner'::regrole OR current_setting('server_version_num')::integer >= 160000))
  UNION ALL
  SELECT 'settings are laid down for ' || coalesce(nullif(setrole, 0)::regrole::text, 'everybody') || ': ' || setconfig::text
    FROM pg_db_role_setting AS s
    WHERE setrole = 0 AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      OR setrole IN (SELECT oid FROM our_roles) AND setdatabase = 0
      OR setrole IN ('doorbook_owner'::regrole, 'doorbook_migrator'::regrole)
  UNION ALL
  -- The limits of a twin were laid down a moment ago.
  SELECT r.rolname || ' has other limits than its grant says' FROM our_roles AS r JOIN pg_roles AS t ON t.rolname = r.rolname || '__twin'
    WHERE r.rolconnlimit <> t.rolconnlimit OR pg_temp.settings_here(r.oid) IS DISTINCT FROM pg_temp.settings_here(t.oid)
  UNION ALL
  SELECT r.rolname || ' may ' || wanted.what FROM our_roles AS r, (VALUES
      ('statement_timeout', 'run a statement for ever'), ('lock_timeout', 'wait for a lock for ever'),
      ('idle_in_transaction_session_timeout', 'hold a transaction open for ever')) AS wanted (name, what)
    WHERE NOT EXISTS (SELECT FROM unnest(pg_temp.settings_here(r.oid)) AS s WHERE s LIKE wanted.name || '=%' AND s NOT LIKE '%=0%')
  UNION ALL
  SELECT rolname || ' may take every connection of the server' FROM our_roles
    WHERE rolconnlimit NOT BETWEEN 1 AND current_setting('max_connections')::integer - 50
$$;

CREATE FUNCTION pg_temp.right_findings() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT format('%s may %s on %s %s', role, "right", kind, label) FROM rights
    WHERE grantee = 0 OR is_grantable
      OR (role NOT IN (SELECT rolname FROM our_roles) AND role NOT LIKE '%\_\_twin'
        -- It inherits nothing from the owner, the right to connect included.
        AND (role, kind, "right") <> ('doorbook_migrator', 'database', 'CONNECT'))
      OR (kind = 'relation' AND "right" NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))
      OR (kind = 'schema' AND "right" <> 'USAGE') OR (kind = 'database' AND "right" <> 'CONNECT')
      OR (kind IN ('large objects', 'default'))
      OR (label = 'audit_log' AND "right" <> 'SELECT') OR (label LIKE 'audit\_log.%' AND "right" <> 'SELECT' AND (label, "right") <> ('audit_log.draft', 'INSERT'))
      OR (kind IN ('relation', 'column') AND split_part(label, '.', 1) IN (SELECT r.label FROM global_tables AS r UNION ALL SELECT 'audit_heads'))
  UNION ALL
  SELECT 'a partition is reached past its parent: ' || label FROM our_relations WHERE relispartition AND relacl IS NOT NULL
  UNION ALL
  -- A twin was made from infra/grants a moment ago; a role and its twin may do the same.
  SELECT format('%s %s %s on %s %s', replace(min(role), '__twin', ''),
      CASE WHEN min(role) LIKE '%\_\_twin' THEN 'may not, which its grants say,' ELSE 'may, which its grants do not say,' END, "right", kind, label)
    FROM rights WHERE role LIKE 'fn\_%' AND kind <> 'database'
    GROUP BY replace(role, '__twin', ''), "right", kind, label HAVING count(*) <> 2
  UNION ALL
  SELECT format('%s and its grants differ in the audit action %s', replace(min(role), '__twin', ''), action)
    FROM public.audit_actions WHERE role LIKE 'fn\_%'
    GROUP BY replace(role, '__twin', ''), action, needs_reason HAVING count(*) <> 2
  UNION ALL
  SELECT rolname || ' has no file in infra/grants' FROM our_roles WHERE rolname || '__twin' NOT IN (SELECT rolname FROM pg_roles)
  UNION ALL
  SELECT rolname || ' is made by infra/grants and does not exist' FROM pg_roles
    WHERE rolname LIKE 'fn\_%\_\_twin' AND replace(rolname, '__twin', '') NOT IN (SELECT rolname FROM our_roles)
$$;
