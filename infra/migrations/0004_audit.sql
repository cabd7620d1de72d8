-- The audit log. Format, hashes and promises: docs/ARCHITECTURE.md, "The log"; the contract is versioned
-- by the field `v` of each entry.

-- RFC 6962 section 2.1: a leaf is hashed under the prefix 0x00.
CREATE FUNCTION audit.leaf(entry text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256('\x00'::bytea || pg_catalog.convert_to(entry, 'UTF8'))
$$;

CREATE FUNCTION audit.link(previous bytea, leaf bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256('\x02'::bytea || previous || leaf)
$$;

CREATE FUNCTION audit.genesis(organization uuid) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256('\x03'::bytea || pg_catalog.convert_to('doorbook/audit-chain/v1' || organization::text, 'UTF8'))
$$;

-- One narrow row per organization. Whoever appends holds it until COMMIT, which is why the audit insert
-- is the last statement of every transaction.
CREATE TABLE audit_heads (
  organization_id uuid PRIMARY KEY REFERENCES organizations,
  -- Of the newest entry; -1 before the first.
  seq bigint NOT NULL,
  link bytea NOT NULL,
  at timestamptz NOT NULL
) WITH (fillfactor = 50);
CALL app.protect('audit_heads');

-- `entry` is what is hashed and exported, byte for byte. Every other column is generated from it or is a
-- hash of it, so none can disagree. A function may write `draft` and nothing else; the trigger empties it.
CREATE TABLE audit_log (
  draft jsonb CHECK (draft IS NULL),
  entry text NOT NULL,
  leaf bytea NOT NULL,
  link bytea NOT NULL,
  organization_id uuid GENERATED ALWAYS AS ((entry::jsonb ->> 'org')::uuid) STORED,
  seq bigint GENERATED ALWAYS AS ((entry::jsonb ->> 'seq')::bigint) STORED,
  -- Text of one fixed width, which sorts as time does.
  at text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb ->> 'at') STORED,
  action text GENERATED ALWAYS AS (entry::jsonb ->> 'action') STORED,
  actor_id text GENERATED ALWAYS AS (entry::jsonb #>> '{actor,id}') STORED,
  target_kind text GENERATED ALWAYS AS (entry::jsonb #>> '{target,kind}') STORED,
  target_id text GENERATED ALWAYS AS (entry::jsonb #>> '{target,id}') STORED,
  request_id text GENERATED ALWAYS AS (entry::jsonb ->> 'request_id') STORED,
  PRIMARY KEY (organization_id, seq)
);
CREATE INDEX audit_log_target ON audit_log (organization_id, target_id, target_kind, seq);
CREATE INDEX audit_log_actor ON audit_log (organization_id, actor_id, seq);
CREATE INDEX audit_log_action ON audit_log (organization_id, action, seq);
CALL app.protect('audit_log');

-- What a draft may hold. Raises 22023 and names the field, never its value.
CREATE FUNCTION audit.check_draft(draft jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known CONSTANT text[] := '{actor,ip,ua,action,target,reason,diff,request_id}';
  problem text;
BEGIN
  problem := CASE
    WHEN draft IS NULL OR jsonb_typeof(draft) <> 'object' THEN 'draft'
    WHEN NOT draft ?& known OR (draft - known) <> '{}' THEN 'keys'
    WHEN jsonb_typeof(draft -> 'actor') <> 'object'
      OR NOT (draft -> 'actor') ?& '{kind,id}' OR ((draft -> 'actor') - '{kind,id,impersonation}'::text[]) <> '{}'
      OR jsonb_typeof(draft #> '{actor,id}') <> 'string'
      OR coalesce(draft #>> '{actor,kind}', '') NOT IN ('member', 'api_token', 'kiosk', 'staff', 'visitor', 'webhook', 'system')
      OR ((draft -> 'actor') ? 'impersonation' AND draft #>> '{actor,kind}' <> 'staff') THEN 'actor'
    WHEN jsonb_typeof(draft -> 'target') <> 'object'
      OR NOT (draft -> 'target') ?& '{kind,id}' OR ((draft -> 'target') - '{kind,id}'::text[]) <> '{}'
      OR jsonb_typeof(draft #> '{target,kind}') <> 'string' OR jsonb_typeof(draft #> '{target,id}') <> 'string' THEN 'target'
    WHEN jsonb_typeof(draft -> 'action') <> 'string' THEN 'action'
    WHEN jsonb_typeof(draft -> 'reason') NOT IN ('string', 'null') THEN 'reason'
    WHEN jsonb_typeof(draft -> 'request_id') <> 'string' THEN 'request_id'
    WHEN draft #>> '{actor,kind}' = 'system' AND (draft -> 'ip' <> 'null' OR draft -> 'ua' <> 'null') THEN 'ip'
    WHEN draft #>> '{actor,kind}' = 'visitor' AND jsonb_typeof(draft -> 'ip') = 'string' THEN 'ip'
    WHEN jsonb_typeof(draft -> 'ip') NOT IN ('string', 'object', 'null') THEN 'ip'
    WHEN jsonb_typeof(draft -> 'ua') NOT IN ('string', 'object', 'null') OR octet_length(draft ->> 'ua') > 512 THEN 'ua'
    WHEN jsonb_typeof(draft -> 'diff') <> 'object'
      OR NOT (draft -> 'diff') ?& '{added,removed,changed}' OR ((draft -> 'diff') - '{added,removed,changed}'::text[]) <> '{}'
      OR jsonb_typeof(draft #> '{diff,added}') <> 'object' OR jsonb_typeof(draft #> '{diff,removed}') <> 'object'
      OR jsonb_typeof(draft #> '{diff,changed}') <> 'object' THEN 'diff'
    WHEN EXISTS (
      SELECT FROM jsonb_path_query(draft, 'strict $.**') AS value
      WHERE jsonb_typeof(value) = 'number'
        AND (value::text !~ '^-?[0-9]{1,16}$' OR abs(value::numeric) >= 9007199254740992)) THEN 'number'
  END;
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION 'audit draft refused: %', problem USING ERRCODE = '22023';
  END IF;
END $$;

-- The bytes of an entry. jsonb's own text escapes line feeds and holds neither NUL, lone surrogate nor
-- duplicate key, so the result is one line.
CREATE FUNCTION audit.entry(organization uuid, seq bigint, at timestamptz, via text, prev bigint, draft jsonb) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN '{"v": 1, "org": "' || organization::text
    || '", "seq": ' || seq::text
    || ', "at": "' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '", "via": ' || to_json(via)::text
    || ', "actor": ' || (draft -> 'actor')::text
    || ', "ip": ' || (draft -> 'ip')::text
    || ', "ua": ' || (draft -> 'ua')::text
    || ', "action": ' || (draft -> 'action')::text
    || ', "target": ' || (draft -> 'target')::text
    || ', "prev": ' || coalesce(prev::text, 'null')
    || ', "reason": ' || (draft -> 'reason')::text
    || ', "diff": ' || (draft -> 'diff')::text
    || ', "request_id": ' || (draft -> 'request_id')::text || '}';
END $$;

-- Writes what the application must not choose: organization, number, time, role and hashes.
CREATE FUNCTION audit.append() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  written CONSTANT jsonb := NEW.draft;
  organization CONSTANT uuid := app.organization_id();
  -- This function runs as the owner, so `current_user` would name the owner. A role that is a member of
  -- nothing can change neither of these two.
  via CONSTANT text := CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role') END;
  allowed record;
  head public.audit_heads;
  prev bigint;
BEGIN
  PERFORM audit.check_draft(written);
  SELECT needs_reason INTO allowed FROM public.audit_actions AS a WHERE a.role = via AND a.action = written ->> 'action';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'role % may not write this audit action', via USING ERRCODE = '42501';
  END IF;
  IF allowed.needs_reason AND written ->> 'reason' IS NULL THEN
    RAISE EXCEPTION 'audit draft refused: reason' USING ERRCODE = '22023';
  END IF;

  SELECT * INTO head FROM public.audit_heads AS h WHERE h.organization_id = organization FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'organization has no audit log' USING ERRCODE = '42501';
  END IF;
  head.seq := head.seq + 1;
  head.at := greatest(clock_timestamp(), head.at);
  SELECT max(l.seq) INTO prev FROM public.audit_log AS l
    WHERE l.organization_id = organization
      AND l.target_id = written #>> '{target,id}' AND l.target_kind = written #>> '{target,kind}';

  NEW.entry := audit.entry(organization, head.seq, head.at, via, prev, written);
  NEW.leaf := audit.leaf(NEW.entry);
  NEW.link := audit.link(head.link, NEW.leaf);
  NEW.draft := NULL;
  UPDATE public.audit_heads AS h SET seq = head.seq, link = NEW.link, at = head.at WHERE h.organization_id = organization;
  RETURN NEW;
END $$;
CREATE TRIGGER append BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit.append();
-- ALWAYS: a session in replica mode does not get past it.
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER append;

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER refuse_truncate;

-- The first seq of the bound organization whose `at` is not before the given text. `at` never falls from
-- one entry to the next, so this needs log2(n) look-ups and no index of its own.
CREATE FUNCTION audit.first_seq_at(wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  low bigint := 0;
  high bigint;
  middle bigint;
BEGIN
  SELECT coalesce(max(seq), -1) + 1 INTO high FROM public.audit_log WHERE organization_id = organization;
  WHILE low < high LOOP
    middle := (low + high) / 2;
    IF (SELECT l.at < wanted COLLATE "C" FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq = middle) THEN
      low := middle + 1;
    ELSE
      high := middle;
    END IF;
  END LOOP;
  RETURN low;
END $$;
