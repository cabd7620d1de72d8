-- The audit log. Format, hashes and promises: docs/ARCHITECTURE.md, "The log"; the contract is versioned
-- by the field `v` of each entry.

-- RFC 6962 section 2.1: a leaf is hashed under the prefix 0x00. STABLE like convert_to, and one expression, so
-- that PostgreSQL puts it into the caller's instead of planning a query at each call.
CREATE FUNCTION audit.leaf(entry text) RETURNS bytea
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
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

-- One narrow row per organization. A transaction that appends locks it until COMMIT, so the audit insert
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
  -- The database wrote these two itself, at fixed places, so they need no parsing of JSON, which is a third of
  -- the cost of an insert. A text of any other layout fails the cast.
  organization_id uuid GENERATED ALWAYS AS (substring(entry, 18, 36)::uuid) STORED,
  seq bigint GENERATED ALWAYS AS (split_part(substring(entry, 64, 20), ',', 1)::bigint) STORED,
  -- What the log is searched by, in the order of bytes, which no operating system's update can change.
  -- Everything else, the time included, is read from the entry.
  action text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb ->> 'action') STORED,
  actor_id text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb #>> '{actor,id}') STORED,
  target_kind text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb #>> '{target,kind}') STORED,
  target_id text COLLATE "C" GENERATED ALWAYS AS (entry::jsonb #>> '{target,id}') STORED,
  PRIMARY KEY (organization_id, seq)
);
CREATE INDEX audit_log_target ON audit_log (organization_id, target_id, target_kind, seq);
CREATE INDEX audit_log_actor ON audit_log (organization_id, actor_id, seq);
CREATE INDEX audit_log_action ON audit_log (organization_id, action, seq);
CALL app.protect('audit_log');

-- Names the first field of a draft that may not stand in an entry, never its value; null when all may. One
-- expression, so that PostgreSQL puts it into the trigger's. `strict` makes a field that is missing an unknown,
-- and only what is TRUE passes. jsonb keeps the digits that were written, so 1.0 shows its point.
CREATE FUNCTION audit.refused_field(draft jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN draft - '{actor,ip,ua,action,target,reason,diff,request_id}'::text[] <> '{}' THEN 'draft'
    WHEN jsonb_path_match(draft, 'strict $.actor.id.type() == "string"
      && ($.actor.kind == "member" || $.actor.kind == "api_token" || $.actor.kind == "kiosk" || $.actor.kind == "staff"
        || $.actor.kind == "visitor" || $.actor.kind == "webhook" || $.actor.kind == "system")
      && !exists($.actor.keyvalue() ? (@.key != "kind" && @.key != "id"
        && !(@.key == "impersonation" && @.value.type() == "string" && $.actor.kind == "staff")))') IS NOT TRUE THEN 'actor'
    WHEN jsonb_path_match(draft, 'strict $.ip == null || ($.actor.kind != "system"
      && ($.ip.type() == "object" || ($.ip.type() == "string" && $.actor.kind != "visitor")))') IS NOT TRUE THEN 'ip'
    WHEN jsonb_path_match(draft, 'strict $.ua == null || ($.actor.kind != "system"
      && ($.ua.type() == "object" || $.ua.type() == "string"))') IS NOT TRUE
      OR octet_length(draft ->> 'ua') > 512 AND jsonb_typeof(draft -> 'ua') = 'string' THEN 'ua'
    WHEN jsonb_path_match(draft, 'strict $.action.type() == "string"') IS NOT TRUE THEN 'action'
    WHEN jsonb_path_match(draft, 'strict $.target.kind.type() == "string" && $.target.id.type() == "string"
      && !exists($.target.keyvalue() ? (@.key != "kind" && @.key != "id"))') IS NOT TRUE THEN 'target'
    WHEN jsonb_path_match(draft, 'strict $.reason.type() == "string" || $.reason == null') IS NOT TRUE THEN 'reason'
    WHEN jsonb_path_match(draft, 'strict $.diff.added.type() == "object" && $.diff.removed.type() == "object"
      && $.diff.changed.type() == "object"
      && !exists($.diff.keyvalue() ? (@.key != "added" && @.key != "removed" && @.key != "changed"))') IS NOT TRUE THEN 'diff'
    WHEN jsonb_path_match(draft, 'strict $.request_id.type() == "string"') IS NOT TRUE THEN 'request_id'
    WHEN jsonb_path_query_array(draft, 'strict $.** ? (@.type() == "number")')::text LIKE '%.%'
      OR jsonb_path_exists(draft, 'strict $.** ? (@ >= 9007199254740992 || @ <= -9007199254740992)') THEN 'number'
  END
$$;

-- Writes what the application must not choose: organization, number, time, role and hashes.
-- Every statement and every node of an expression is set up anew in each transaction, so there are few. The
-- three statements must stay three: each sees what was committed while the one before it waited for the head.
CREATE FUNCTION audit.append() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_sort = off AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  -- This function runs as the owner, so `current_user` would name the owner. A role that is a member of
  -- nothing can change neither of these two.
  via CONSTANT text := coalesce(nullif(current_setting('role'), 'none'), session_user);
  refused CONSTANT text := audit.refused_field(NEW.draft);
  needs_reason boolean;
  head public.audit_heads;
  prev bigint;
BEGIN
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'audit draft refused: %', refused USING ERRCODE = '22023';
  END IF;
  SELECT h.seq + 1, h.link, h.at, a.needs_reason INTO head.seq, head.link, head.at, needs_reason
    FROM public.audit_heads AS h
    LEFT JOIN public.audit_actions AS a ON a.role = via AND a.action = NEW.draft ->> 'action'
    WHERE h.organization_id = organization FOR UPDATE OF h;
  IF head.seq IS NULL THEN
    RAISE EXCEPTION 'organization has no audit log' USING ERRCODE = '42501';
  ELSIF needs_reason IS NULL THEN
    RAISE EXCEPTION 'role % may not write this audit action', via USING ERRCODE = '42501';
  ELSIF needs_reason AND NEW.draft -> 'reason' = 'null' THEN
    RAISE EXCEPTION 'audit draft refused: reason' USING ERRCODE = '22023';
  END IF;
  -- Written so that one index alone gives this order. With `target_id = …` the planner may walk every entry of
  -- the organization back to the last one of the target, and with max() all entries of the target.
  SELECT l.seq INTO prev FROM (
      SELECT a.seq, a.target_id, a.target_kind FROM public.audit_log AS a
      WHERE a.organization_id = organization
        AND (a.target_id, a.target_kind) <= (NEW.draft #>> '{target,id}', NEW.draft #>> '{target,kind}')
      ORDER BY a.target_id DESC, a.target_kind DESC, a.seq DESC LIMIT 1) AS l
    WHERE l.target_id = NEW.draft #>> '{target,id}' AND l.target_kind = NEW.draft #>> '{target,kind}';

  -- Read here and not above, since the head is locked only now; clocks may be set back.
  head.at := greatest(clock_timestamp(), head.at);
  -- jsonb's own text escapes line feeds and holds neither NUL, lone surrogate nor duplicate key: one line.
  NEW.entry := format('{"v": 1, "org": "%s", "seq": %s, "at": "%s", "via": %s, "actor": %s, "ip": %s, "ua": %s, "action": %s, '
    '"target": %s, "prev": %s, "reason": %s, "diff": %s, "request_id": %s}',
    organization, head.seq, to_char(head.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), to_json(via),
    NEW.draft -> 'actor', NEW.draft -> 'ip', NEW.draft -> 'ua', NEW.draft -> 'action', NEW.draft -> 'target',
    coalesce(prev::text, 'null'), NEW.draft -> 'reason', NEW.draft -> 'diff', NEW.draft -> 'request_id');
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
-- one entry to the next and is text of one fixed width, which sorts as time does: log2(n) look-ups, no column.
CREATE FUNCTION audit.first_seq_at(wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  low bigint := 0;
  high bigint;
  middle bigint;
BEGIN
  SELECT l.seq + 1 INTO high FROM public.audit_log AS l WHERE l.organization_id = organization ORDER BY l.seq DESC LIMIT 1;
  WHILE low < high LOOP
    middle := (low + high) / 2;
    IF (SELECT l.entry::jsonb ->> 'at' < wanted COLLATE "C" FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq = middle) THEN
      low := middle + 1;
    ELSE
      high := middle;
    END IF;
  END LOOP;
  RETURN low;
END $$;
