-- Visits of visitors and drivers, and the sealed images that belong to them.

CREATE TABLE visits (
  organization_id uuid NOT NULL,
  visit_id uuid NOT NULL,
  site_id uuid NOT NULL,
  person_id uuid NOT NULL,
  host_id uuid,
  visit_type_id uuid,
  type text NOT NULL CHECK (type IN ('visitor', 'driver')),
  state text NOT NULL CHECK (state IN ('expected', 'held', 'on_site', 'left', 'declined', 'no_show')),
  hold_reasons text[] NOT NULL DEFAULT '{}' CHECK (hold_reasons <@ '{watchlist,id_check,host_approval,rule}'),
  badge_number integer CHECK (badge_number BETWEEN 1 AND 9999),
  badge_sha256 bytea CHECK (length(badge_sha256) = 32),

  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  company text CHECK (length(company) BETWEEN 1 AND 200),
  email text CHECK (length(email) BETWEEN 3 AND 254),
  phone text CHECK (length(phone) BETWEEN 3 AND 40),
  purpose text CHECK (length(purpose) BETWEEN 1 AND 500),
  answers jsonb NOT NULL DEFAULT '{}',

  nda_version_id uuid,
  nda_text_sha256 bytea CHECK (length(nda_text_sha256) = 32),
  nda_signed_at timestamptz,

  licence_number_sealed bytea,
  licence_number_index bytea CHECK (length(licence_number_index) = 32),
  carrier text CHECK (length(carrier) BETWEEN 1 AND 200),
  bills_of_lading text[],
  appointment text CHECK (length(appointment) BETWEEN 1 AND 100),
  load_type text CHECK (length(load_type) BETWEEN 1 AND 100),
  seal text CHECK (length(seal) BETWEEN 1 AND 100),
  un_number text CHECK (un_number ~ '^UN[0-9]{4}$'),
  hazard_class text CHECK (hazard_class ~ '^[1-9](\.[1-6])?$'),
  trailer text CHECK (trailer IN ('dropped', 'hooked')),
  co_driver text CHECK (length(co_driver) BETWEEN 1 AND 200),
  tractor_plate text CHECK (length(tractor_plate) BETWEEN 1 AND 20),
  trailer_plate text CHECK (length(trailer_plate) BETWEEN 1 AND 20),

  checked_in_at timestamptz,
  checked_out_at timestamptz,
  -- From a kiosk that was offline; shown beside the server's times, never instead of them.
  occurred_at timestamptz,
  device_seq bigint CHECK (device_seq BETWEEN 0 AND 9007199254740991),
  checked_out_occurred_at timestamptz,
  checked_out_device_seq bigint CHECK (checked_out_device_seq BETWEEN 0 AND 9007199254740991),
  created_at timestamptz NOT NULL,

  PRIMARY KEY (organization_id, visit_id),
  FOREIGN KEY (organization_id, site_id) REFERENCES sites ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, person_id) REFERENCES people ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, host_id) REFERENCES hosts ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, visit_type_id) REFERENCES visit_types ON DELETE RESTRICT,
  FOREIGN KEY (organization_id, nda_version_id) REFERENCES notices ON DELETE RESTRICT,
  -- A badge exists only from on-site.
  CHECK ((badge_number IS NOT NULL) = (state IN ('on_site', 'left'))),
  CHECK ((badge_sha256 IS NOT NULL) = (badge_number IS NOT NULL)),
  CHECK ((state IN ('on_site', 'left')) = (checked_in_at IS NOT NULL)),
  CHECK ((state = 'left') = (checked_out_at IS NOT NULL)),
  CHECK ((nda_version_id IS NULL) = (nda_text_sha256 IS NULL) AND (nda_version_id IS NULL) = (nda_signed_at IS NULL)),
  CHECK ((un_number IS NULL) = (hazard_class IS NULL)),
  CHECK ((type = 'driver') = (licence_number_sealed IS NOT NULL)),
  CHECK ((licence_number_sealed IS NULL) = (licence_number_index IS NULL)),
  CHECK ((type = 'driver') = (carrier IS NOT NULL)),
  CHECK ((type = 'driver') = (bills_of_lading IS NOT NULL)),
  CHECK (type = 'driver' OR coalesce(appointment, load_type, seal, un_number, trailer, co_driver, tractor_plate, trailer_plate) IS NULL)
);
CREATE UNIQUE INDEX visits_badge_on_site ON visits (organization_id, site_id, badge_number) WHERE state = 'on_site';
-- Who is on site, and every other list of visits that are not over.
CREATE INDEX visits_open ON visits (organization_id, state, site_id, visit_id) WHERE state <> 'left';
CREATE INDEX visits_by_site ON visits (organization_id, site_id, visit_id);
CREATE INDEX visits_by_host ON visits (organization_id, host_id, visit_id) WHERE host_id IS NOT NULL;
CREATE INDEX visits_by_check_in ON visits (organization_id, checked_in_at);
CREATE UNIQUE INDEX visits_badge ON visits (organization_id, badge_sha256);
CREATE INDEX visits_licence ON visits (organization_id, licence_number_index) WHERE licence_number_index IS NOT NULL;

-- An object of the bucket that a visit refers to. One that no row names is unreachable and is swept.
CREATE TABLE visit_objects (
  organization_id uuid NOT NULL,
  object_id uuid NOT NULL,
  visit_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('photo', 'signature')),
  media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png')),
  bytes integer NOT NULL CHECK (bytes > 0),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, object_id),
  UNIQUE (organization_id, visit_id, kind),
  FOREIGN KEY (organization_id, visit_id) REFERENCES visits ON DELETE RESTRICT
);

CALL app.protect('visits');
CALL app.protect('visit_objects');
