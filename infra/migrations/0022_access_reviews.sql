-- Access reviews: who could do what at one moment, what was decided about it, and what is revoked because it
-- was not decided about or not used.

CREATE TABLE access_reviews (
  organization_id uuid NOT NULL REFERENCES organizations,
  review_id uuid NOT NULL,
  -- In UTC, as `2026-Q4`.
  quarter text NOT NULL CHECK (quarter ~ '^[0-9]{4}-Q[1-4]$'),
  opened_at timestamptz NOT NULL,
  -- What is undecided then is revoked.
  deadline_at timestamptz NOT NULL,
  item_count bigint NOT NULL,
  -- Of the items in their order; the entry that opened the review says the same.
  snapshot_sha256 bytea NOT NULL CHECK (length(snapshot_sha256) = 32),
  -- So many days before the deadline owners were told last.
  reminded_days integer CHECK (reminded_days IN (14, 7, 1)),
  closed_at timestamptz,
  check_due_at timestamptz,
  checked_at timestamptz,
  -- How many of those revoked had access again when it was looked a second time.
  came_back bigint,
  PRIMARY KEY (organization_id, review_id),
  UNIQUE (organization_id, quarter),
  CHECK ((closed_at IS NULL) = (check_due_at IS NULL)),
  CHECK ((checked_at IS NULL) = (came_back IS NULL)),
  CHECK (checked_at IS NULL OR closed_at IS NOT NULL)
);
CALL app.protect('access_reviews');

CREATE TABLE access_review_items (
  organization_id uuid NOT NULL,
  item_id uuid NOT NULL,
  review_id uuid NOT NULL,
  -- Place in the snapshot, from 1.
  number bigint NOT NULL CHECK (number > 0),
  subject_kind text NOT NULL CHECK (subject_kind IN ('api_token', 'impersonation', 'kiosk', 'member')),
  subject_id uuid NOT NULL,
  -- From here on as it was when the review was opened.
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  email text CHECK (length(email) BETWEEN 3 AND 254),
  -- The snapshot's hash holds a commitment to name and address, so it stays true when an erasure replaces them. That takes
  -- the salt, without which the commitment says nothing.
  named_salt bytea CHECK (length(named_salt) = 32),
  named_commit bytea NOT NULL CHECK (length(named_commit) = 32),
  role text CHECK (role IN ('owner', 'admin', 'security', 'front_desk', 'host', 'auditor', 'billing', 'kiosk_manager')),
  permissions text[] NOT NULL,
  site_id uuid,
  -- Of an API token, the member under which it was made.
  member_id uuid,
  granted_at timestamptz NOT NULL,
  last_used_at timestamptz,
  -- From here on what was decided.
  decision text CHECK (decision IN ('keep', 'revoke')),
  how text CHECK (how IN ('decided', 'last_owner', 'undecided')),
  reason text CHECK (length(reason) BETWEEN 20 AND 500),
  decided_by uuid,
  decided_at timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (organization_id, item_id),
  UNIQUE (organization_id, review_id, number),
  FOREIGN KEY (organization_id, review_id) REFERENCES access_reviews ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, decided_by) REFERENCES members ON DELETE RESTRICT,
  CHECK ((decision IS NULL) = (how IS NULL)),
  CHECK ((decision IS NULL) = (decided_at IS NULL)),
  CHECK ((how IS NOT DISTINCT FROM 'decided') = (decided_by IS NOT NULL)),
  CHECK ((decided_by IS NULL) = (reason IS NULL)),
  CHECK ((decision IS NOT DISTINCT FROM 'revoke') = (revoked_at IS NOT NULL))
);
CREATE INDEX access_review_items_undecided ON access_review_items (organization_id, review_id) WHERE decision IS NULL;
CALL app.protect('access_review_items');

-- How many items a review has, and what became of them.
CREATE FUNCTION app.count_review_items(review uuid, OUT items bigint, OUT waiting bigint, OUT kept bigint, OUT revoked bigint,
  OUT undecided bigint, OUT spared bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*), count(*) FILTER (WHERE i.decision IS NULL), count(*) FILTER (WHERE i.decision = 'keep' AND i.how = 'decided'),
    count(*) FILTER (WHERE i.decision = 'revoke'), count(*) FILTER (WHERE i.how = 'undecided'),
    count(*) FILTER (WHERE i.how = 'last_owner')
  FROM public.access_review_items AS i WHERE i.organization_id = app.organization_id() AND i.review_id = review
$$;

-- When a member did something by themselves last: signed in, or used an API token that was made under them.
CREATE FUNCTION app.member_last_used_at(member uuid) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT greatest(m.last_sign_in_at, (
      SELECT max(c.last_used_at) FROM public.credentials AS c
      WHERE c.organization_id = m.organization_id AND c.member_id = m.member_id AND c.kind = 'api_token'))
  FROM public.members AS m WHERE m.organization_id = app.organization_id() AND m.member_id = member
$$;

-- True where a member has done nothing by themselves since a moment: neither signed in, nor used an API token that was made
-- under them, nor been invited or reactivated again.
CREATE FUNCTION app.member_is_unused(member uuid, since timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  RETURN (SELECT greatest(m.created_at, m.standing_since, app.member_last_used_at(member)) <= since
    FROM public.members AS m WHERE m.organization_id = organization AND m.member_id = member);
END $$;

-- Takes everything from a member by a schedule, if they did nothing since `unused_since`, where that is said:
-- `withdrawn`; `spared`, for the last owner, and then nothing is taken; `nothing`, where there is nothing to take.
CREATE FUNCTION app.withdraw_member(member uuid, unused_since timestamptz, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  held_role text;
BEGIN
  -- In the order of `app.expect_another_owner`: all owners, and then the member that it is about. A sign-in or a new token at
  -- this moment is waited for, and is seen.
  PERFORM FROM public.members AS m
    WHERE m.organization_id = organization AND m.role = 'owner' AND m.state = 'active' ORDER BY m.member_id FOR UPDATE;
  SELECT m.role INTO held_role FROM public.members AS m
    WHERE m.organization_id = organization AND m.member_id = member AND m.state <> 'deactivated' FOR UPDATE;
  IF NOT FOUND OR unused_since IS NOT NULL AND NOT app.member_is_unused(member, unused_since) THEN
    RETURN 'nothing';
  END IF;
  IF held_role = 'owner' THEN
    PERFORM FROM public.members AS m
      WHERE m.organization_id = organization AND m.role = 'owner' AND m.state = 'active' AND m.member_id <> member;
    IF NOT FOUND THEN
      RETURN 'spared';
    END IF;
  END IF;
  UPDATE public.members AS m SET state = 'deactivated' WHERE m.organization_id = organization AND m.member_id = member;
  PERFORM app.end_credentials(member, '{session,member_invitation,password_reset,api_token}', NULL, at);
  RETURN 'withdrawn';
END $$;

-- Ends an API token, if it was not used since `unused_since`, where that is said. False where there is nothing to end: one
-- whose time is over opens nothing.
CREATE FUNCTION app.withdraw_api_token(token uuid, unused_since timestamptz, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.credential_id = token AND c.kind = 'api_token' AND c.revoked_at IS NULL
      AND (c.expires_at IS NULL OR c.expires_at > at) AND coalesce(greatest(c.created_at, c.last_used_at) <= unused_since, true);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Revoking a token revokes what was made with it, since the review began too. Not so where it is merely unused:
  -- its children may be in use.
  IF unused_since IS NULL THEN
    UPDATE public.credentials AS c SET revoked_at = at
      WHERE c.organization_id = organization AND c.credential_id = ANY (app.tokens_made_with(token));
  END IF;
  RETURN true;
END $$;

-- Ends a kiosk, likewise, with its credential. A device that has not fetched its credential yet gets none.
CREATE FUNCTION app.withdraw_kiosk(kiosk uuid, unused_since timestamptz, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  held public.kiosks;
  used_at timestamptz;
BEGIN
  SELECT * INTO held FROM public.kiosks AS k
    WHERE k.organization_id = organization AND k.kiosk_id = kiosk AND k.revoked_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  SELECT c.last_used_at INTO used_at FROM public.credentials AS c
    WHERE c.organization_id = organization AND c.credential_id = held.credential_id FOR UPDATE;
  IF greatest(held.created_at, used_at) > unused_since THEN
    RETURN false;
  END IF;
  UPDATE public.kiosks AS k SET revoked_at = at WHERE k.organization_id = organization AND k.kiosk_id = kiosk;
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.credential_id = held.credential_id AND c.revoked_at IS NULL;
  RETURN true;
END $$;
