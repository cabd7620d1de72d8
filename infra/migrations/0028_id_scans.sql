-- Scans of identity documents. A scan has a person of its own from the start, whose key seals what was read and the images. A check-in
-- that cites the scan takes that person over; a scan that no check-in cites within its hour is swept.

CREATE TABLE id_scans (
  organization_id uuid NOT NULL,
  id_scan_id uuid NOT NULL,
  site_id uuid NOT NULL,
  person_id uuid NOT NULL,
  -- Null until a check-in cites it, or a desk adds it to a visit.
  visit_id uuid,
  -- The credential that scanned: a second side comes from the same.
  credential_id uuid NOT NULL,
  -- What was read, by the names of `shared::documents::cross_check::Source`; empty where a person has to type.
  sources text[] NOT NULL CHECK (sources <@ '{barcode,mrz,printed}'),
  values_sealed bytea,
  number_index bytea CHECK (length(number_index) = 32),
  -- Verdicts by field and warnings, never a value.
  verdicts jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(verdicts) = 'object' AND pg_column_size(verdicts) <= 16384),
  algorithm text NOT NULL CHECK (algorithm ~ '^[a-z0-9-]{1,40}$'),
  score smallint CHECK (score BETWEEN 0 AND 100),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
  -- When the values were destroyed.
  purged_at timestamptz,
  PRIMARY KEY (organization_id, id_scan_id),
  FOREIGN KEY (organization_id, site_id) REFERENCES sites ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, person_id) REFERENCES people ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, visit_id) REFERENCES visits ON DELETE RESTRICT,
  CHECK (purged_at IS NULL OR (values_sealed IS NULL AND number_index IS NULL))
);
-- What is left of a document's hour, and what a period is over for.
CREATE INDEX id_scans_not_cited ON id_scans (organization_id, expires_at) WHERE visit_id IS NULL AND purged_at IS NULL;
CREATE INDEX id_scans_of_visit ON id_scans (organization_id, visit_id) WHERE visit_id IS NOT NULL;
CREATE INDEX id_scans_not_cited_by_person ON id_scans (organization_id, person_id) WHERE visit_id IS NULL;
CREATE INDEX id_scans_by_number ON id_scans (organization_id, number_index) WHERE number_index IS NOT NULL;

CREATE TABLE id_scan_objects (
  organization_id uuid NOT NULL,
  object_id uuid NOT NULL,
  id_scan_id uuid NOT NULL,
  side text NOT NULL CHECK (side IN ('front', 'back')),
  media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png')),
  bytes integer NOT NULL CHECK (bytes > 0),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, object_id),
  UNIQUE (organization_id, id_scan_id, side),
  FOREIGN KEY (organization_id, id_scan_id) REFERENCES id_scans ON DELETE RESTRICT
);

CALL app.protect('id_scans');
CALL app.protect('id_scan_objects');

-- What the site does about a document: an age limit, and what is stricter than the defaults in code.
ALTER TABLE sites ADD COLUMN id_check_age_min smallint CHECK (id_check_age_min BETWEEN 1 AND 120);
ALTER TABLE sites ADD COLUMN id_check_rules jsonb NOT NULL DEFAULT '{}'
  CHECK (jsonb_typeof(id_check_rules) = 'object' AND pg_column_size(id_check_rules) <= 16384);

-- Destroys scans whose hour is over and that no check-in has cited: the keys of their persons, their values and their rows. A page
-- at a time; says how many, and which objects no row names any more.
CREATE FUNCTION app.forget_id_scans(at timestamptz, page integer, OUT scans bigint, OUT objects uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  ended uuid[];
BEGIN
  SELECT array_agg(e.id_scan_id) INTO ended FROM (
    SELECT i.id_scan_id FROM public.id_scans AS i
    WHERE i.organization_id = organization AND i.visit_id IS NULL AND i.purged_at IS NULL AND i.expires_at <= at
    ORDER BY i.expires_at LIMIT page FOR UPDATE SKIP LOCKED) AS e;
  WITH gone AS (DELETE FROM public.id_scan_objects AS o
    WHERE o.organization_id = organization AND o.id_scan_id = ANY (ended) RETURNING o.object_id)
  SELECT coalesce(array_agg(gone.object_id), '{}') INTO objects FROM gone;
  WITH gone AS (DELETE FROM public.id_scans AS i
    WHERE i.organization_id = organization AND i.id_scan_id = ANY (ended) RETURNING i.person_id),
  destroyed AS (UPDATE public.people AS p SET wrapped_key = NULL FROM gone
    WHERE p.organization_id = organization AND p.person_id = gone.person_id RETURNING 1)
  SELECT count(*) INTO scans FROM destroyed;
END $$;

-- Each organization has its turn at the sweep of scans.
ALTER TABLE pending_work DROP CONSTRAINT pending_work_kind_check;
ALTER TABLE pending_work ADD CONSTRAINT pending_work_kind_check
  CHECK (kind IN ('outbox', 'export', 'mail', 'sweep', 'seal', 'stream', 'review', 'access', 'id_scans'));
