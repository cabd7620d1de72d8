-- An organization, its keys, its people and what opens its door: credentials, rates, stored answers.

CREATE TABLE organizations (
  organization_id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  plan text NOT NULL REFERENCES plans,
  environment text NOT NULL CHECK (environment IN ('live', 'test')),
  created_at timestamptz NOT NULL,
  -- Where it is true, no member does anything without a second factor; owners and admins never do.
  requires_mfa boolean NOT NULL DEFAULT false,
  -- Where it is true, the operator's staff come in only after a member of the organization has approved it.
  requires_staff_approval boolean NOT NULL DEFAULT false
);

-- The 256-bit key under which an organization's persons' keys stand, wrapped by KMS, and the key of its
-- blind indexes, wrapped by the former. Destroying the row destroys every sealed value of the organization.
CREATE TABLE tenant_keys (
  organization_id uuid NOT NULL REFERENCES organizations,
  key_id uuid NOT NULL,
  kms_key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  wrapped_index_key bytea NOT NULL,
  created_at timestamptz NOT NULL,
  retired_at timestamptz,
  PRIMARY KEY (organization_id, key_id)
);
CREATE UNIQUE INDEX tenant_keys_current ON tenant_keys (organization_id) WHERE retired_at IS NULL;

CREATE TABLE people (
  organization_id uuid NOT NULL REFERENCES organizations,
  person_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('visitor', 'driver', 'host', 'member')),
  key_id uuid NOT NULL,
  -- Null once the person is erased: nothing sealed for them can be opened again.
  wrapped_key bytea,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, person_id),
  FOREIGN KEY (organization_id, key_id) REFERENCES tenant_keys ON DELETE RESTRICT
);

CREATE TABLE members (
  organization_id uuid NOT NULL,
  member_id uuid NOT NULL,
  person_id uuid NOT NULL,
  email text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'security', 'front_desk', 'host', 'auditor', 'billing', 'kiosk_manager')),
  -- An invited member has not chosen a password yet.
  state text NOT NULL CHECK (state IN ('invited', 'active', 'deactivated')),
  created_at timestamptz NOT NULL,
  last_sign_in_at timestamptz,
  -- When they were last invited or reactivated again: from then on they count as new.
  standing_since timestamptz,
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, person_id) REFERENCES people ON DELETE RESTRICT
);
CREATE UNIQUE INDEX members_email ON members (organization_id, lower(email));

CREATE TABLE sites (
  organization_id uuid NOT NULL REFERENCES organizations,
  site_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  time_zone text NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
  locale text NOT NULL CHECK (locale ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  requires_nda boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, site_id)
);

CREATE TABLE credentials (
  organization_id uuid NOT NULL REFERENCES organizations,
  credential_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('api_token', 'kiosk', 'session', 'member_invitation', 'password_reset', 'impersonation')),
  -- SHA-256 of the whole text of the credential, so that kinds cannot be swapped.
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  permissions text[] NOT NULL,
  site_id uuid,
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL,
  -- To the minute: a use within a minute of the one that is noted is not written down.
  last_used_at timestamptz,
  -- The member whose session or link it is; of an API token, the member under which it was made, if any.
  member_id uuid,
  -- Of a session: whether a second factor was proven in it.
  assurance text CHECK (assurance IN ('password', 'second_factor')),
  -- Of an API token: the token it was made with, if one was. Ending that ends this.
  made_by uuid,
  PRIMARY KEY (organization_id, credential_id),
  FOREIGN KEY (organization_id, made_by) REFERENCES credentials ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, site_id) REFERENCES sites ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, member_id) REFERENCES members ON DELETE RESTRICT,
  CHECK (kind <> 'kiosk' OR site_id IS NOT NULL),
  CHECK (kind IN ('api_token', 'kiosk') OR expires_at IS NOT NULL),
  CHECK (kind IN ('api_token', 'kiosk', 'impersonation') OR member_id IS NOT NULL),
  CHECK (kind <> 'impersonation' OR member_id IS NULL),
  CHECK ((kind = 'session') = (assurance IS NOT NULL))
);
CREATE UNIQUE INDEX credentials_sha256 ON credentials (organization_id, sha256);
CREATE INDEX credentials_member ON credentials (organization_id, member_id) WHERE member_id IS NOT NULL;

CREATE TABLE rate_buckets (
  organization_id uuid NOT NULL REFERENCES organizations,
  kind text NOT NULL CHECK (kind IN ('read', 'write')),
  tokens double precision NOT NULL,
  refilled_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, kind)
) WITH (fillfactor = 50);

-- Failures per source address: a wrong secret uses up only its sender's limit.
CREATE TABLE refused_sources (
  organization_id uuid NOT NULL REFERENCES organizations,
  -- SHA-256 of organization and address: enough to count by.
  source_sha256 bytea NOT NULL,
  window_start timestamptz NOT NULL,
  failures integer NOT NULL,
  PRIMARY KEY (organization_id, source_sha256)
);

-- What an Idempotency-Key was answered with. The key itself is the caller's text, so only its hash is kept.
CREATE TABLE answers (
  organization_id uuid NOT NULL,
  credential_id uuid NOT NULL,
  key_sha256 bytea NOT NULL CHECK (length(key_sha256) = 32),
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  request_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done')),
  -- After this moment the first execution is surely over and a retry takes the claim.
  leased_until timestamptz NOT NULL,
  answer_sealed bytea,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, credential_id, key_sha256),
  FOREIGN KEY (organization_id, credential_id) REFERENCES credentials ON DELETE RESTRICT,
  CHECK ((state = 'done') = (answer_sealed IS NOT NULL))
);
-- The last two columns keep it from being the smaller index, which the planner of a young database would take
-- for finding one key.
CREATE INDEX answers_expiry ON answers (organization_id, expires_at, credential_id, key_sha256);

CALL app.protect('organizations');
CALL app.protect('tenant_keys');
CALL app.protect('people');
CALL app.protect('members');
CALL app.protect('sites');
CALL app.protect('credentials');
CALL app.protect('rate_buckets');
CALL app.protect('refused_sources');
CALL app.protect('answers');

-- Answers that can no longer be replayed. A page at a time; says how many rows went.
CREATE FUNCTION app.forget_answers(at timestamptz, page integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH expired AS (
    SELECT a.organization_id, a.credential_id, a.key_sha256 FROM public.answers AS a
    WHERE a.organization_id = app.organization_id() AND a.expires_at <= at
    ORDER BY a.expires_at LIMIT page FOR UPDATE SKIP LOCKED),
  gone AS (
    DELETE FROM public.answers AS a USING expired AS e
    WHERE a.organization_id = e.organization_id AND a.credential_id = e.credential_id AND a.key_sha256 = e.key_sha256
    RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- Addresses that have not failed for a day.
CREATE FUNCTION app.forget_sources(at timestamptz, page integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH quiet AS (
    SELECT s.organization_id, s.source_sha256 FROM public.refused_sources AS s
    WHERE s.organization_id = app.organization_id() AND s.window_start <= at - interval '1 day'
    LIMIT page FOR UPDATE SKIP LOCKED),
  gone AS (
    DELETE FROM public.refused_sources AS s USING quiet AS q
    WHERE s.organization_id = q.organization_id AND s.source_sha256 = q.source_sha256
    RETURNING 1)
  SELECT count(*) FROM gone
$$;
