-- A log that was changed past the functions is marked broken. Nothing is written to it from then on, until `recover-log`
-- has put back what was anchored of it (0027_recovery.sql).

-- Why a log was marked, and what became of it. The mark that stops writers is in the head, which every writer locks.
CREATE TABLE log_breaks (
  organization_id uuid NOT NULL REFERENCES organizations,
  broken_since timestamptz NOT NULL,
  cause text NOT NULL CHECK (cause IN ('anchor_differs', 'checkpoint_differs', 'entry_changed', 'entry_missing', 'head_differs',
    'log_shorter', 'tree_differs')),
  -- The first entry that does not fit, where one is to blame.
  seq bigint CHECK (seq >= 0),
  -- The role of the function that found it.
  found_by text NOT NULL,
  -- When the operator's organization was told.
  told_operator_at timestamptz,
  recovered_at timestamptz,
  PRIMARY KEY (organization_id, broken_since)
);
CREATE UNIQUE INDEX log_breaks_open ON log_breaks (organization_id) WHERE recovered_at IS NULL;
CALL app.protect('log_breaks');

-- How far the sealer has come with comparing older entries with their hashes; it begins anew at the end of the log.
CREATE TABLE log_comparisons (
  organization_id uuid PRIMARY KEY REFERENCES organizations,
  next_seq bigint NOT NULL CHECK (next_seq >= 0)
);
CALL app.protect('log_comparisons');

ALTER TABLE mails DROP CONSTRAINT mails_kind_check, ADD CONSTRAINT mails_kind_check CHECK (kind IN ('member_invitation',
  'password_reset', 'password_changed', 'second_factor_changed', 'access_review_due', 'impersonation_requested', 'log_broken',
  'customer_log_broken'));

ALTER TABLE audit_heads ADD COLUMN broken_since timestamptz;

CREATE FUNCTION audit.refuse_broken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log is broken since %', OLD.broken_since USING ERRCODE = 'DB503';
END $$;
-- Each entry moves its organization's head, so no writer passes this, and nothing of its transaction stays. The condition
-- is looked at with the row in hand: while no log is broken, no function is called.
CREATE TRIGGER refuse_broken BEFORE UPDATE ON audit_heads FOR EACH ROW
  WHEN (OLD.broken_since IS NOT NULL AND NEW.broken_since IS NOT NULL) EXECUTE FUNCTION audit.refuse_broken();

-- Since when the log of the bound organization is broken; null where it is not.
CREATE FUNCTION audit.broken_since() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT h.broken_since FROM public.audit_heads AS h WHERE h.organization_id = app.organization_id()
$$;

-- The first of some entries that does not have the hashes which its text and the entry before it make; null where all do.
CREATE FUNCTION audit.first_difference(first bigint, page bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT min(e.seq) FROM (
      SELECT l.seq, l.leaf, l.link, audit.leaf(l.entry) AS computed, lag(l.seq) OVER w AS seq_before, lag(l.link) OVER w AS link_before
      FROM public.audit_log AS l
      WHERE l.organization_id = app.organization_id() AND l.seq >= first - 1 AND l.seq < first + page
      WINDOW w AS (ORDER BY l.seq)) AS e
  WHERE e.seq >= first AND (e.leaf <> e.computed
    OR (e.seq > 0 AND e.seq_before IS DISTINCT FROM e.seq - 1)
    OR e.link <> audit.link(CASE WHEN e.seq = 0 THEN audit.genesis(app.organization_id()) ELSE e.link_before END, e.computed))
$$;

-- What does not fit in the log of the bound organization: its head, its checkpoints, and the suspected entry. Nulls where
-- all of it fits. It sees one snapshot, so writers and sealers at work make nothing look wrong. Without a suspect only the
-- newest checkpoint is looked at.
CREATE FUNCTION audit.find_break(suspect bigint, OUT cause text, OUT seq bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  SELECT f.cause, f.seq INTO cause, seq FROM (
    SELECT 1 AS rank, 'head_differs' AS cause, least(h.seq, coalesce(n.seq, -1)) + 1 AS seq
      FROM public.audit_heads AS h
      LEFT JOIN LATERAL (SELECT l.seq, l.link FROM public.audit_log AS l WHERE l.organization_id = h.organization_id
        ORDER BY l.seq DESC LIMIT 1) AS n ON true
      WHERE h.organization_id = organization
        AND (h.seq <> coalesce(n.seq, -1) OR h.link <> coalesce(n.link, audit.genesis(organization)))
    UNION ALL
    SELECT 2, 'log_shorter', h.seq + 1
      FROM public.audit_heads AS h
      JOIN LATERAL (SELECT c.size FROM public.log_checkpoints AS c WHERE c.organization_id = h.organization_id
        ORDER BY c.size DESC LIMIT 1) AS n ON n.size > h.seq + 1
      WHERE h.organization_id = organization
    UNION ALL
    SELECT 3, 'entry_changed', l.seq
      FROM public.audit_log AS l
      LEFT JOIN public.audit_log AS b ON b.organization_id = l.organization_id AND b.seq = l.seq - 1
      WHERE l.organization_id = organization AND l.seq = suspect AND (l.leaf <> audit.leaf(l.entry)
        OR (l.seq = 0 OR b.seq IS NOT NULL)
          AND l.link <> audit.link(CASE WHEN l.seq = 0 THEN audit.genesis(organization) ELSE b.link END, audit.leaf(l.entry))
        OR l.entry::jsonb ->> 'at' < (b.entry::jsonb ->> 'at') COLLATE "C")
    UNION ALL
    SELECT 4, 'entry_missing', wanted.seq
      FROM (VALUES (suspect - 1), (suspect)) AS wanted (seq)
      WHERE wanted.seq >= 0
        AND NOT EXISTS (SELECT FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq = wanted.seq)
        AND EXISTS (SELECT FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq > wanted.seq)
    UNION ALL
    (SELECT 5, 'checkpoint_differs', c.size - 1
      FROM public.log_checkpoints AS c
      JOIN public.audit_log AS l ON l.organization_id = c.organization_id AND l.seq = c.size - 1 AND l.link <> c.link
      WHERE c.organization_id = organization AND (suspect IS NOT NULL OR c.size =
        (SELECT n.size FROM public.log_checkpoints AS n WHERE n.organization_id = organization ORDER BY n.size DESC LIMIT 1))
      ORDER BY c.size LIMIT 1)) AS f
  ORDER BY f.rank, f.seq LIMIT 1;
END $$;

-- What the sealer looks at in each turn: head and newest checkpoint, and the next page of entries. Costs a page, however
-- long the log is.
CREATE FUNCTION audit.compare_next(page bigint, OUT cause text, OUT seq bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  first CONSTANT bigint := coalesce((SELECT c.next_seq FROM public.log_comparisons AS c WHERE c.organization_id = organization), 0);
BEGIN
  SELECT f.cause, f.seq INTO cause, seq FROM audit.find_break(audit.first_difference(first, page)) AS f;
  INSERT INTO public.log_comparisons AS c VALUES (organization, CASE
      WHEN EXISTS (SELECT FROM public.audit_log AS l WHERE l.organization_id = organization AND l.seq >= first + page) THEN first + page
      ELSE 0 END)
    ON CONFLICT (organization_id) DO UPDATE SET next_seq = excluded.next_seq WHERE c.next_seq <> excluded.next_seq;
END $$;

-- Marks the log, whose head the caller has locked.
CREATE FUNCTION audit.enter_break(cause text, seq bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  INSERT INTO public.log_breaks (organization_id, broken_since, cause, seq, found_by)
    VALUES (organization, at, cause, seq, coalesce(nullif(current_setting('role'), 'none'), session_user));
  UPDATE public.audit_heads AS h SET broken_since = enter_break.at WHERE h.organization_id = organization;
  -- The sealer looks at it with its next tick, and then with each.
  PERFORM directory.take_turn(organization, 'seal', at);
END $$;

-- Marks the log of the bound organization broken, if it is: nothing that the caller says is believed but where to look. What
-- does not fit is looked for again while the head is locked. The cause where it was marked now; null where nothing is
-- wrong or it was marked before.
CREATE FUNCTION audit.mark_broken(suspect bigint, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  broken record;
BEGIN
  PERFORM FROM public.audit_heads AS h WHERE h.organization_id = app.organization_id() AND h.broken_since IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT f.cause, f.seq INTO broken FROM audit.find_break(coalesce(suspect, -1)) AS f;
  IF broken.cause IS NOT NULL THEN
    PERFORM audit.enter_break(broken.cause, broken.seq, at);
  END IF;
  RETURN broken.cause;
END $$;

-- The same where only an anchor tells, which the database cannot read: the sealer's word is taken for what the signed
-- anchor says, and for nothing that can be looked up here.
CREATE FUNCTION audit.mark_broken_by_anchor(word text, anchored_size bigint, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  length bigint;
BEGIN
  SELECT h.seq + 1 INTO length FROM public.audit_heads AS h
    WHERE h.organization_id = app.organization_id() AND h.broken_since IS NULL FOR UPDATE;
  IF length IS NULL OR word NOT IN ('anchor_differs', 'log_shorter', 'tree_differs') OR (word = 'log_shorter' AND length >= anchored_size) THEN
    RETURN NULL;
  END IF;
  PERFORM audit.enter_break(word, CASE WHEN word = 'log_shorter' THEN length END, at);
  RETURN word;
END $$;
