-- Bundles that an organization downloads: what was asked for, how far it is, and the keys of their HMACs.

-- Keys of `manifest.hmac`, sealed under the tenant key. One is current; a bundle names the one that it was made with.
CREATE TABLE export_keys (
  organization_id uuid NOT NULL,
  export_key_id uuid NOT NULL,
  -- The tenant key that it is sealed under.
  key_id uuid NOT NULL,
  key_sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  retired_at timestamptz,
  PRIMARY KEY (organization_id, export_key_id),
  FOREIGN KEY (organization_id, key_id) REFERENCES tenant_keys ON DELETE RESTRICT
);
CREATE UNIQUE INDEX export_keys_current ON export_keys (organization_id) WHERE retired_at IS NULL;
CALL app.protect('export_keys');

CREATE TABLE exports (
  organization_id uuid NOT NULL REFERENCES organizations,
  export_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('audit', 'data', 'evidence')),
  -- Of evidence: the visit. Of a period of the log: its ends.
  visit_id uuid,
  from_at timestamptz,
  to_at timestamptz,
  requested_by uuid NOT NULL,
  requested_by_kind text NOT NULL CHECK (requested_by_kind IN ('api_token', 'kiosk', 'session')),
  state text NOT NULL CHECK (state IN ('waiting', 'building', 'built', 'failed', 'expired')),
  created_at timestamptz NOT NULL,

  -- The worker that builds it holds this attempt until the lease ends, and then no longer.
  attempt integer NOT NULL DEFAULT 0,
  leased_until timestamptz,
  failures integer NOT NULL DEFAULT 0,
  -- Of one that waits after a failure.
  not_before timestamptz,
  -- What it covers, chosen once: built again, it is the same to the byte.
  first_seq bigint CHECK (first_seq >= 0),
  tree_size bigint CHECK (tree_size > 0),
  entries_done bigint NOT NULL DEFAULT 0 CHECK (entries_done >= 0),
  -- The unfinished upload to the bucket.
  upload_id text,

  -- Of the finished bundle.
  bytes bigint CHECK (bytes > 0),
  manifest_sha256 bytea CHECK (length(manifest_sha256) = 32),
  built_at timestamptz,
  expires_at timestamptz,
  failure text CHECK (failure IN ('unavailable', 'log_differs', 'too_large', 'not_found', 'internal')),

  PRIMARY KEY (organization_id, export_id),
  FOREIGN KEY (organization_id, visit_id) REFERENCES visits ON DELETE RESTRICT,
  CHECK ((kind = 'evidence') = (visit_id IS NOT NULL)),
  CHECK (kind = 'audit' OR (from_at IS NULL AND to_at IS NULL)),
  CHECK (from_at < to_at),
  CHECK (first_seq < tree_size AND (first_seq IS NULL) = (tree_size IS NULL)),
  CHECK ((state IN ('built', 'expired')) = (manifest_sha256 IS NOT NULL)),
  CHECK ((manifest_sha256 IS NULL) = (bytes IS NULL) AND (bytes IS NULL) = (expires_at IS NULL) AND (bytes IS NULL) = (built_at IS NULL)),
  CHECK ((state = 'failed') = (failure IS NOT NULL)),
  CHECK ((state = 'building') = (leased_until IS NOT NULL))
);
CREATE INDEX exports_open ON exports (organization_id, export_id) WHERE state IN ('waiting', 'building');
CREATE INDEX exports_expiry ON exports (organization_id, expires_at) WHERE state = 'built';
CALL app.protect('exports');

-- Marks the organization as having a bundle to build.
CREATE FUNCTION app.mark_export() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_new boolean;
BEGIN
  is_new := directory.mark(NEW.organization_id, 'export', NEW.created_at);
  RETURN NULL;
END $$;
CREATE TRIGGER mark_export AFTER INSERT ON exports FOR EACH ROW EXECUTE FUNCTION app.mark_export();

-- The checkpoints between which a period of the bound organization's log lies: the newest at or before its beginning, and
-- the oldest at or after its end; where there is none after it, the newest of all. Null without a checkpoint.
CREATE FUNCTION audit.period(from_text text, to_text text, OUT first_seq bigint, OUT tree_size bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  ends CONSTANT bigint := CASE WHEN to_text IS NOT NULL THEN audit.first_seq_at(to_text) END;
  begins CONSTANT bigint := CASE WHEN from_text IS NULL THEN 0 ELSE audit.first_seq_at(from_text) END;
BEGIN
  SELECT c.size INTO tree_size FROM public.log_checkpoints AS c
    WHERE c.organization_id = organization AND c.size >= ends ORDER BY c.size LIMIT 1;
  IF tree_size IS NULL THEN
    SELECT c.size INTO tree_size FROM public.log_checkpoints AS c
      WHERE c.organization_id = organization ORDER BY c.size DESC LIMIT 1;
  END IF;
  SELECT c.size INTO first_seq FROM public.log_checkpoints AS c
    WHERE c.organization_id = organization AND c.size <= begins AND c.size < tree_size ORDER BY c.size DESC LIMIT 1;
  first_seq := CASE WHEN tree_size IS NOT NULL THEN coalesce(first_seq, 0) END;
END $$;
