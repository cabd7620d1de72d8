-- The few tables that no tenant owns. They hold no personal data, and no role has a right on them:
-- they are reached only by the functions below.

CREATE TABLE plans (
  plan text PRIMARY KEY,
  -- Tokens a second and the most that may be saved up; null is without limit.
  reads_per_second integer,
  reads_capacity integer,
  writes_per_second integer,
  writes_capacity integer,
  has_own_kms_key boolean NOT NULL,
  CHECK ((reads_per_second IS NULL) = (reads_capacity IS NULL)),
  CHECK ((writes_per_second IS NULL) = (writes_capacity IS NULL))
);
INSERT INTO plans VALUES
  ('standard', 10, 100, 2, 20, false),
  ('professional', 10, 100, 2, 20, false),
  ('enterprise', 10, 100, 2, 20, true),
  -- For load tests of an own deployment; create-organization refuses it in production.
  ('benchmark', NULL, NULL, NULL, NULL, false);

CREATE TABLE directory (
  organization_id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9-]{1,62}$'),
  stripe_customer_id text UNIQUE,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed'))
);

-- Which organization has something waiting, so that a schedule need not look into each of them. Two sorts of rows:
-- a turn ('sweep', 'seal', 'stream', 'review', 'access') says when an organization is looked at next, and has one row;
-- a mark ('outbox', 'export', 'mail') says that something waits. Writers that set a mark at the same time set one each,
-- so that none of them waits for another, or for the worker that takes marks away.
CREATE TABLE pending_work (
  organization_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('outbox', 'export', 'mail', 'sweep', 'seal', 'stream', 'review', 'access')),
  due_at timestamptz NOT NULL,
  -- Tells marks of one kind apart. A turn keeps the default.
  mark_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  PRIMARY KEY (organization_id, kind, mark_id)
);
CREATE INDEX pending_work_due ON pending_work (kind, organization_id);

-- Which database role may write which audit action, and which of them demand a written reason.
CREATE TABLE audit_actions (
  role text NOT NULL,
  action text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
  needs_reason boolean NOT NULL DEFAULT false,
  PRIMARY KEY (role, action)
);

CREATE FUNCTION directory.by_slug(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT organization_id FROM public.directory WHERE slug = wanted AND status = 'active'
$$;

-- Enters a new organization. False when the slug is taken.
CREATE FUNCTION directory.enter(organization uuid, wanted text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.directory (organization_id, slug) VALUES (organization, wanted) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

-- A page of the organizations that have work of this kind waiting.
CREATE FUNCTION directory.due(wanted text, after uuid, page integer, at timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT organization_id FROM public.pending_work
  WHERE kind = wanted AND due_at <= at AND organization_id > after
  ORDER BY organization_id LIMIT page
$$;

-- A page of the active organizations that had no turn since the given moment, the one that waited longest first: a sweep
-- that runs out of time goes on next time with those that it did not reach.
CREATE FUNCTION directory.in_turn(wanted text, page integer, since timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT d.organization_id FROM public.directory AS d
  LEFT JOIN public.pending_work AS p ON p.organization_id = d.organization_id AND p.kind = wanted
  WHERE d.status = 'active' AND coalesce(p.due_at < since, true)
  ORDER BY p.due_at NULLS FIRST, d.organization_id LIMIT page
$$;

-- Takes an organization's turn, whether its work succeeds or not. Its next one is due as soon as all others had theirs.
CREATE FUNCTION directory.take_turn(organization uuid, wanted text, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO public.pending_work VALUES (organization, wanted, at)
  ON CONFLICT (organization_id, kind, mark_id) DO UPDATE SET due_at = at
$$;

-- The advisory lock of an organization's marks of one kind. It is only ever tried, never waited for.
CREATE FUNCTION directory.lock_of_marks(organization uuid, wanted text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.hashtextextended(organization::text || wanted, 0)
$$;

-- Marks the organization as having work, in the transaction that writes the work. A mark that is there already is
-- enough, if it stays: a writer that relies on one shares the lock until COMMIT, and a worker takes marks away only while it has
-- the lock alone. Where a worker has it, the writer does not wait but sets a mark of its own, which that worker does not see.
-- True where a mark was added.
CREATE FUNCTION directory.mark(organization uuid, wanted text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- The lock first: the next statement then sees which marks are left.
  IF pg_try_advisory_xact_lock_shared(directory.lock_of_marks(organization, wanted)) THEN
    PERFORM FROM public.pending_work AS p WHERE p.organization_id = organization AND p.kind = wanted;
    IF FOUND THEN
      RETURN false;
    END IF;
  END IF;
  INSERT INTO public.pending_work VALUES (organization, wanted, at, gen_random_uuid());
  RETURN true;
END $$;

-- Takes the organization's marks away, before the work is looked at in the same transaction. False, and nothing is taken,
-- while a writer that relies on a mark has not committed: its work would not be seen yet, so the mark stays for later.
CREATE FUNCTION directory.take(organization uuid, wanted text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(directory.lock_of_marks(organization, wanted)) THEN
    RETURN false;
  END IF;
  DELETE FROM public.pending_work AS p WHERE p.organization_id = organization AND p.kind = wanted;
  RETURN true;
END $$;
