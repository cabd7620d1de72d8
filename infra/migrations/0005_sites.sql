-- What a site is made of: hosts, visit types, notices, kiosks, badge numbers.

CREATE TABLE hosts (
  organization_id uuid NOT NULL,
  host_id uuid NOT NULL,
  person_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  email text CHECK (length(email) BETWEEN 3 AND 254),
  phone text CHECK (length(phone) BETWEEN 3 AND 40),
  locale text NOT NULL CHECK (locale ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, host_id),
  FOREIGN KEY (organization_id, person_id) REFERENCES people ON DELETE RESTRICT
);

-- What a site asks beyond the standard fields. A row never changes: a change is a new version.
CREATE TABLE visit_types (
  organization_id uuid NOT NULL,
  visit_type_id uuid NOT NULL,
  site_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  applies_to text NOT NULL CHECK (applies_to IN ('visitor', 'driver')),
  version integer NOT NULL CHECK (version >= 1),
  -- JSON Schema of a visit's `answers`.
  answers_schema jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, visit_type_id),
  UNIQUE (organization_id, site_id, name, version),
  FOREIGN KEY (organization_id, site_id) REFERENCES sites ON DELETE RESTRICT
);

-- IMMUTABLE holds: the database's encoding is UTF-8 and stays it.
CREATE FUNCTION app.text_sha256(signed text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256(pg_catalog.convert_to(signed, 'UTF8'))
$$;

-- Texts that people sign or are shown. The text of a version never changes, so its hash binds a signature.
CREATE TABLE notices (
  organization_id uuid NOT NULL REFERENCES organizations,
  version_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('nda', 'privacy')),
  locale text NOT NULL CHECK (locale ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  version integer NOT NULL CHECK (version >= 1),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  text text NOT NULL CHECK (length(text) BETWEEN 1 AND 100000),
  text_sha256 bytea NOT NULL GENERATED ALWAYS AS (app.text_sha256(text)) STORED,
  published_at timestamptz NOT NULL,
  -- A retired version cannot be signed any more; signatures given stay valid.
  retired_at timestamptz,
  PRIMARY KEY (organization_id, version_id),
  UNIQUE (organization_id, kind, locale, version)
);

CREATE TABLE kiosks (
  organization_id uuid NOT NULL,
  kiosk_id uuid NOT NULL,
  site_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  -- What the device that asked calls itself: its User-Agent.
  device text CHECK (length(device) BETWEEN 1 AND 200),
  -- Until when the device may fetch its credential.
  pairing_expires_at timestamptz NOT NULL,
  credential_id uuid,
  paired_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, kiosk_id),
  FOREIGN KEY (organization_id, site_id) REFERENCES sites ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, credential_id) REFERENCES credentials ON DELETE RESTRICT
);

-- The last badge number drawn at a site. Narrow and apart from `sites`, since every check-in writes it.
CREATE TABLE badge_counters (
  organization_id uuid NOT NULL,
  site_id uuid NOT NULL,
  last integer NOT NULL CHECK (last BETWEEN 0 AND 9999),
  PRIMARY KEY (organization_id, site_id),
  FOREIGN KEY (organization_id, site_id) REFERENCES sites ON DELETE RESTRICT
) WITH (fillfactor = 50);

CALL app.protect('hosts');
CALL app.protect('visit_types');
CALL app.protect('notices');
CALL app.protect('kiosks');
CALL app.protect('badge_counters');
