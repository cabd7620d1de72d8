-- What identity documents say is kept for a shorter time than the visit, so it has keys of its own: persons of the kind 'document'. A key
-- that is destroyed closes rows, images with all their versions, and the values that stand sealed in the log.
ALTER TABLE people DROP CONSTRAINT people_kind_check;
ALTER TABLE people ADD CONSTRAINT people_kind_check CHECK (kind IN ('visitor', 'driver', 'host', 'member', 'listed', 'document'));

-- Whose key seals the number of the driver's licence; null where the visit's own person did, before this version.
ALTER TABLE visits ADD COLUMN licence_person_id uuid;
-- The check of what is there reads both tables as their owner, and no organization is open.
ALTER TABLE visits NO FORCE ROW LEVEL SECURITY;
ALTER TABLE people NO FORCE ROW LEVEL SECURITY;
ALTER TABLE visits ADD CONSTRAINT visits_licence_person FOREIGN KEY (organization_id, licence_person_id) REFERENCES people ON DELETE RESTRICT;
ALTER TABLE visits FORCE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
-- When the number was destroyed.
ALTER TABLE visits ADD COLUMN licence_purged_at timestamptz;
-- The constraint that every driver has a number.
ALTER TABLE visits DROP CONSTRAINT visits_check6;
ALTER TABLE visits ADD CONSTRAINT visits_licence_of_driver
  CHECK ((type = 'driver') = (licence_number_sealed IS NOT NULL OR licence_purged_at IS NOT NULL)
    AND (licence_number_sealed IS NULL OR licence_purged_at IS NULL));
-- Since when, and by whose credential, the visit's documents are kept whatever the site's rule says.
ALTER TABLE visits ADD COLUMN legal_hold_since timestamptz;
ALTER TABLE visits ADD COLUMN legal_hold_by uuid;
ALTER TABLE visits ADD CONSTRAINT visits_legal_hold CHECK ((legal_hold_since IS NULL) = (legal_hold_by IS NULL));

-- How long a site keeps what identity documents say: one hour to 400 days.
ALTER TABLE sites ADD COLUMN document_retention_hours integer NOT NULL DEFAULT 2160 CHECK (document_retention_hours BETWEEN 1 AND 9600);

-- What is due at a site, the oldest first, and what else a key of a document seals.
CREATE INDEX visits_with_licence ON visits (organization_id, site_id, created_at) WHERE type = 'driver' AND licence_purged_at IS NULL;
CREATE INDEX visits_by_licence_person ON visits (organization_id, licence_person_id) WHERE licence_person_id IS NOT NULL;
CREATE INDEX id_scans_kept ON id_scans (organization_id, site_id, created_at) WHERE visit_id IS NOT NULL AND purged_at IS NULL;
DROP INDEX id_scans_not_cited_by_person;
CREATE INDEX id_scans_by_person ON id_scans (organization_id, person_id);

-- Destroys what documents of a site's visits say, a page at a time: values, numbers, indexes and rows of images, and the keys that seal
-- nothing else. A visit under a legal hold keeps all of it. Says how much, and which objects no row names any more.
CREATE FUNCTION app.purge_documents(site uuid, at timestamptz, page integer, OUT scans bigint, OUT licences bigint, OUT objects uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  ended uuid[];
  holders uuid[];
  drivers uuid[];
BEGIN
  SELECT array_agg(d.id_scan_id), array_agg(d.person_id) INTO ended, holders FROM (
    SELECT i.id_scan_id, i.person_id FROM public.id_scans AS i
    JOIN public.sites AS s ON s.organization_id = i.organization_id AND s.site_id = i.site_id
    JOIN public.visits AS v ON v.organization_id = i.organization_id AND v.visit_id = i.visit_id
    WHERE i.organization_id = organization AND i.site_id = site AND i.visit_id IS NOT NULL AND i.purged_at IS NULL
      AND i.created_at <= at - make_interval(hours => s.document_retention_hours) AND v.legal_hold_since IS NULL
    ORDER BY i.created_at LIMIT page FOR UPDATE OF i, v SKIP LOCKED) AS d;
  WITH gone AS (DELETE FROM public.id_scan_objects AS o
    WHERE o.organization_id = organization AND o.id_scan_id = ANY (ended) RETURNING o.object_id)
  SELECT coalesce(array_agg(gone.object_id), '{}') INTO objects FROM gone;
  UPDATE public.id_scans AS i SET values_sealed = NULL, number_index = NULL, purged_at = at
    WHERE i.organization_id = organization AND i.id_scan_id = ANY (ended);
  scans := coalesce(cardinality(ended), 0);

  SELECT array_agg(d.visit_id), holders || array_agg(d.licence_person_id) INTO drivers, holders FROM (
    SELECT v.visit_id, v.licence_person_id FROM public.visits AS v
    JOIN public.sites AS s ON s.organization_id = v.organization_id AND s.site_id = v.site_id
    WHERE v.organization_id = organization AND v.site_id = site AND v.type = 'driver' AND v.licence_purged_at IS NULL
      AND v.created_at <= at - make_interval(hours => s.document_retention_hours) AND v.legal_hold_since IS NULL
    ORDER BY v.created_at LIMIT page FOR UPDATE OF v SKIP LOCKED) AS d;
  UPDATE public.visits AS v SET licence_number_sealed = NULL, licence_number_index = NULL, licence_purged_at = at
    WHERE v.organization_id = organization AND v.visit_id = ANY (drivers);
  licences := coalesce(cardinality(drivers), 0);

  -- A driver's key seals the scan that the check-in cited, and the number that was typed: it goes with the later of the two.
  UPDATE public.people AS p SET wrapped_key = NULL
    WHERE p.organization_id = organization AND p.person_id = ANY (holders) AND p.kind = 'document'
      AND NOT EXISTS (SELECT FROM public.id_scans AS i
        WHERE i.organization_id = organization AND i.person_id = p.person_id AND i.purged_at IS NULL)
      AND NOT EXISTS (SELECT FROM public.visits AS v
        WHERE v.organization_id = organization AND v.licence_person_id = p.person_id AND v.licence_number_sealed IS NOT NULL);
END $$;

-- Each organization has its turn.
ALTER TABLE pending_work DROP CONSTRAINT pending_work_kind_check;
ALTER TABLE pending_work ADD CONSTRAINT pending_work_kind_check
  CHECK (kind IN ('outbox', 'export', 'mail', 'sweep', 'seal', 'stream', 'review', 'access', 'id_scans', 'retention'));

-- These calls have other columns and arguments now, and PostgreSQL does not replace such functions. No released version makes them.
DROP FUNCTION IF EXISTS app.admit_check_in(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz,
  uuid, uuid, uuid, uuid, uuid, uuid);
DROP FUNCTION IF EXISTS app.record_check_in(uuid, uuid, bytea, text, bytea, timestamptz, timestamptz, jsonb, jsonb, jsonb, jsonb, jsonb);
