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

-- Which organization has something waiting, so that a schedule need not look into each of them.
CREATE TABLE pending_work (
  organization_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('outbox', 'sweep')),
  due_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, kind)
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
  SELECT organization_id FROM public.pending_work
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
  ON CONFLICT (organization_id, kind) DO UPDATE SET due_at = at
$$;

-- Takes the mark away before the work is looked at: work that arrives afterwards sets a new one.
CREATE FUNCTION directory.take(organization uuid, wanted text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM public.pending_work WHERE organization_id = organization AND kind = wanted
$$;

-- Puts the mark back in the transaction that took it, when there was more work than it did.
CREATE FUNCTION directory.put_back(organization uuid, wanted text, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO public.pending_work VALUES (organization, wanted, at) ON CONFLICT DO NOTHING
$$;
