-- What a role with every right on every table could do to another organization. Each probe is undone.

CREATE FUNCTION pg_temp.tenant_tables() RETURNS TABLE (name text, columns text, first_column text, key_columns text) LANGUAGE sql AS $$
  SELECT format('%I.%I', n.nspname, c.relname),
    (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
    (SELECT quote_ident(a.attname) FROM pg_attribute AS a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum LIMIT 1),
    (SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = c.oid AND i.indisprimary)
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
    AND NOT (n.nspname = 'public' AND c.relname = ANY ('{directory,pending_work,plans,audit_actions,log_keys,schema_migrations,staff}'::text[]))
  ORDER BY 1
$$;

-- The number of rows that a statement touches for a role, or the code that it fails with; it never stays done.
CREATE FUNCTION pg_temp.probe(statement text, organization text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  touched bigint;
BEGIN
  PERFORM set_config('app.organization_id', organization, true), set_config('role', 'isolation_probe', true);
  EXECUTE statement;
  GET DIAGNOSTICS touched = ROW_COUNT;
  RAISE EXCEPTION USING ERRCODE = 'UNDO0', MESSAGE = touched::text;
EXCEPTION WHEN OTHERS THEN
  RETURN CASE SQLSTATE WHEN 'UNDO0' THEN SQLERRM ELSE SQLSTATE END;
END $$;

-- Every table, every verb: unbound, on the other's row, and moving an own row to the other.
CREATE FUNCTION pg_temp.verbs(a uuid, b uuid) RETURNS TABLE (statement text, organization text, wanted text, claim text) LANGUAGE sql AS $$
  SELECT format(v.statement, t.name, t.columns, t.first_column, t.key_columns, a, b, replace(t.name, '.', '_')), v.organization,
    -- The audit trigger looks at a draft before any policy, and its organization is generated from the entry.
    CASE WHEN t.name = 'public.audit_log' THEN coalesce(v.wanted_of_audit_log, v.wanted) ELSE v.wanted END, t.name || ': ' || v.claim
  FROM pg_temp.tenant_tables() AS t, (VALUES
    ('SELECT FROM %1$s', '', '42501', NULL, 'an unbound SELECT raises'),
    ('INSERT INTO %1$s (%2$s) SELECT %2$s FROM pg_temp.%7$s', '', '42501', NULL, 'an unbound INSERT raises'),
    ('UPDATE %1$s SET %3$s = %3$s', '', '42501', NULL, 'an unbound UPDATE raises'),
    ('DELETE FROM %1$s', '', '42501', NULL, 'an unbound DELETE raises'),
    ('SELECT FROM %1$s', 'nonsense', '22P02', NULL, 'a SELECT bound to nonsense raises'),
    ('SELECT FROM %1$s', a::text, '1', NULL, 'a tenant sees its own row and no other'),
    ('SELECT FROM %1$s WHERE organization_id = %6$L', a::text, '0', NULL, 'a foreign row is not seen'),
    ('UPDATE %1$s SET %3$s = %3$s WHERE organization_id = %6$L', a::text, '0', NULL, 'a foreign row is not updated'),
    ('UPDATE %1$s SET %3$s = %3$s WHERE organization_id = %6$L RETURNING %3$s', a::text, '0', NULL, 'UPDATE returns no foreign row'),
    ('DELETE FROM %1$s WHERE organization_id = %6$L', a::text, '0', NULL, 'a foreign row is not deleted'),
    ('DELETE FROM %1$s WHERE organization_id = %6$L RETURNING %3$s', a::text, '0', NULL, 'DELETE returns no foreign row'),
    ('INSERT INTO %1$s (%2$s) SELECT %2$s FROM pg_temp.%7$s', a::text, '42501', '22023', 'no row is inserted for another'),
    ('INSERT INTO %1$s (%2$s) SELECT %2$s FROM pg_temp.%7$s RETURNING %3$s', a::text, '42501', '22023', 'INSERT returns no foreign row'),
    ('INSERT INTO %1$s (%2$s) SELECT %2$s FROM pg_temp.%7$s ON CONFLICT (%4$s) DO UPDATE SET %3$s = excluded.%3$s', a::text, '42501', '22023',
      'a foreign row is not upserted'),
    ('INSERT INTO %1$s (%2$s) SELECT %2$s FROM pg_temp.%7$s ON CONFLICT DO NOTHING', a::text, '42501', '22023', 'DO NOTHING does not tell'),
    ('UPDATE %1$s SET organization_id = %6$L', a::text, '42501', '428C9', 'an own row does not move to another')
  ) AS v (statement, organization, wanted, wanted_of_audit_log, claim)
$$;

-- Each foreign key between tenant tables: a foreign row's id and a made-up one are refused alike.
CREATE FUNCTION pg_temp.references(a uuid, b uuid) RETURNS TABLE (statement text, organization text, wanted text, claim text) LANGUAGE sql AS $$
  SELECT format('UPDATE %s SET %I = %L', f.conrelid::regclass, c.attname, id), a::text, '23503',
    format('%s.%s: %s is refused', f.conrelid::regclass, c.attname, what)
  FROM pg_constraint AS f
  JOIN pg_attribute AS c ON c.attrelid = f.conrelid AND c.attnum = ANY (f.conkey) AND c.attname <> 'organization_id' AND c.atttypid = 'uuid'::regtype
  CROSS JOIN (VALUES (b, 'the id of a foreign row'), (gen_random_uuid(), 'an id of nothing')) AS ids (id, what)
  WHERE f.contype = 'f'
$$;

-- Must run where both organizations are seeded; leaves the transaction as it was but for the stashes and the role.
CREATE FUNCTION pg_temp.prepare_probes(b uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t record;
BEGIN
  CREATE ROLE isolation_probe;
  GRANT USAGE ON SCHEMA public, app TO isolation_probe;
  GRANT EXECUTE ON FUNCTION app.organization_id() TO isolation_probe;
  FOR t IN SELECT * FROM pg_temp.tenant_tables() LOOP
    EXECUTE format('GRANT ALL ON %s TO isolation_probe', t.name);
    EXECUTE format('CREATE TEMP TABLE %I ON COMMIT DROP AS SELECT * FROM %s WHERE organization_id = %L', replace(t.name, '.', '_'), t.name, b);
    EXECUTE format('GRANT SELECT ON pg_temp.%I TO isolation_probe', replace(t.name, '.', '_'));
  END LOOP;
END $$;

CREATE FUNCTION pg_temp.probe_findings(a uuid, b uuid) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  p record;
  got text;
BEGIN
  FOR p IN SELECT * FROM pg_temp.verbs(a, b) UNION ALL SELECT * FROM pg_temp.references(a, b) LOOP
    got := pg_temp.probe(p.statement, p.organization);
    IF got <> p.wanted THEN
      RETURN NEXT format('%s, but got %s', p.claim, got);
    END IF;
  END LOOP;
END $$;
