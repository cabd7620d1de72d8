-- How a broken log is recovered: the only way in which rows of a log come and go, and none of them is lost.

-- Rows that a recovery took out of a log, byte for byte: what stood in the place of anchored entries, and what nothing proves.
CREATE TABLE log_set_aside (
  organization_id uuid NOT NULL REFERENCES organizations,
  broken_since timestamptz NOT NULL,
  seq bigint NOT NULL,
  entry text NOT NULL,
  leaf bytea NOT NULL,
  link bytea NOT NULL,
  PRIMARY KEY (organization_id, broken_since, seq),
  FOREIGN KEY (organization_id, broken_since) REFERENCES log_breaks ON DELETE RESTRICT
);
CALL app.protect('log_set_aside');

-- True where `recover-log` works on a broken log: the only moment at which rows of a log come and go.
CREATE FUNCTION audit.is_recovering() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(nullif(current_setting('role'), 'none'), session_user) = 'fn_recover_log' AND audit.broken_since() IS NOT NULL
$$;

-- An entry as it was anchored. Its leaf is computed; its link is given by the function below, which computes it.
CREATE FUNCTION audit.as_anchored(given audit_log) RETURNS audit_log
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF given.entry IS NULL OR given.link IS NULL OR NOT audit.is_recovering() THEN
    RAISE EXCEPTION 'audit draft refused: %', audit.refused_field(given.draft) USING ERRCODE = '22023';
  END IF;
  given.leaf := audit.leaf(given.entry);
  RETURN given;
END $$;

-- `audit.append` lets it pass. It is changed where it stands, so that whatever else was changed in it stays. No function's
-- role can write `entry`: it has INSERT on `draft` alone.
DO $$
DECLARE
  before CONSTANT text := pg_get_functiondef('audit.append()'::regprocedure);
  after CONSTANT text := regexp_replace(before, E'\nBEGIN\n',
    E'\nBEGIN\n  IF NEW.draft IS NULL THEN\n    RETURN audit.as_anchored(NEW);\n  END IF;\n');
BEGIN
  IF after = before THEN
    RAISE EXCEPTION 'audit.append is not as it was';
  END IF;
  EXECUTE after;
END $$;

-- Only the owner, inside the two functions below, takes rows out; it cannot log in.
CREATE OR REPLACE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_user = 'doorbook_owner' THEN
    IF audit.is_recovering() THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = '42501';
END $$;

-- Takes a row out of the log, and keeps it.
CREATE FUNCTION audit.set_aside(number bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  -- A recovery that runs again keeps what the first one found.
  INSERT INTO public.log_set_aside
    SELECT l.organization_id, audit.broken_since(), l.seq, l.entry, l.leaf, l.link FROM public.audit_log AS l
    WHERE l.organization_id = organization AND l.seq = number
    ON CONFLICT DO NOTHING;
  DELETE FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq = number;
END $$;

-- Puts anchored entries back from a number on, byte for byte, where they are missing or are not what stands there; what
-- stands there is set aside. Leaf and link are computed. The caller has checked them against the signed root.
CREATE FUNCTION audit.restore(first bigint, entries text[], OUT restored bigint, OUT replaced bigint, OUT first_restored bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  previous bytea := audit.genesis(organization);
  number bigint := first;
  given text;
  there public.audit_log;
BEGIN
  IF NOT audit.is_recovering() THEN
    RAISE EXCEPTION 'the log is not broken' USING ERRCODE = '42501';
  END IF;
  PERFORM FROM public.audit_heads AS h WHERE h.organization_id = organization FOR UPDATE;
  IF first > 0 THEN
    SELECT l.link INTO STRICT previous FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq = first - 1;
  END IF;
  restored := 0;
  replaced := 0;
  FOREACH given IN ARRAY entries LOOP
    previous := audit.link(previous, audit.leaf(given));
    SELECT * INTO there FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq = number;
    IF there.entry IS DISTINCT FROM given OR there.leaf <> audit.leaf(given) OR there.link <> previous THEN
      IF there.entry IS NOT NULL THEN
        PERFORM audit.set_aside(number);
        replaced := replaced + 1;
      END IF;
      INSERT INTO public.audit_log (entry, link) VALUES (given, previous);
      restored := restored + 1;
      first_restored := coalesce(first_restored, number);
    END IF;
    number := number + 1;
  END LOOP;
END $$;

-- Ends a recovery: what stands behind the newest anchor stays as far as its texts are those that were hashed and time does not
-- fall, linked to the anchored entries. What does not is set aside, and its numbers are counted as lost. Then the head is what the
-- log leads to, and writers are let in.
CREATE FUNCTION audit.settle(anchored_size bigint, at timestamptz,
  OUT broken_since timestamptz, OUT cause text, OUT kept bigint, OUT lost bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  head public.audit_heads;
  previous bytea := audit.genesis(organization);
  number bigint := anchored_size;
  newest bigint;
  newest_at text;
  there public.audit_log;
BEGIN
  IF NOT audit.is_recovering() THEN
    RAISE EXCEPTION 'the log is not broken' USING ERRCODE = '42501';
  END IF;
  SELECT * INTO head FROM public.audit_heads AS h WHERE h.organization_id = organization FOR UPDATE;
  IF anchored_size > 0 THEN
    SELECT l.link, l.entry::jsonb ->> 'at' INTO STRICT previous, newest_at FROM public.audit_log AS l
      WHERE l.organization_id = organization AND l.seq = anchored_size - 1;
  END IF;
  LOOP
    SELECT * INTO there FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq = number;
    EXIT WHEN there.entry IS NULL OR there.leaf <> audit.leaf(there.entry)
      OR there.entry::jsonb ->> 'at' < newest_at COLLATE "C";
    newest_at := there.entry::jsonb ->> 'at';
    previous := audit.link(previous, there.leaf);
    IF there.link <> previous THEN
      PERFORM audit.set_aside(number);
      INSERT INTO public.audit_log (entry, link) VALUES (there.entry, previous);
    END IF;
    number := number + 1;
  END LOOP;
  kept := number - anchored_size;
  SELECT greatest(max(l.seq), head.seq) INTO newest FROM public.audit_log AS l WHERE l.organization_id = organization;
  PERFORM audit.set_aside(l.seq) FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq >= number;
  lost := greatest(newest + 1 - number, 0);
  UPDATE public.log_breaks AS b SET recovered_at = at WHERE b.organization_id = organization AND b.recovered_at IS NULL
    RETURNING b.broken_since, b.cause INTO settle.broken_since, settle.cause;
  UPDATE public.audit_heads AS h SET seq = number - 1, link = previous, broken_since = NULL,
      -- Never before an entry that is there.
      at = greatest(h.at, newest_at::timestamptz)
    WHERE h.organization_id = organization;
END $$;
