-- What is asked of the services that read pictures: a budget for each month, and faces compared where a site says so.

ALTER TABLE plans ADD COLUMN image_service_calls_per_month integer NOT NULL DEFAULT 3000 CHECK (image_service_calls_per_month >= 0);

-- Calls of an organization, by the month in UTC. Each costs money.
CREATE TABLE image_service_calls (
  organization_id uuid NOT NULL REFERENCES organizations,
  month date NOT NULL CHECK (month = date_trunc('month', month)::date),
  used integer NOT NULL CHECK (used >= 0),
  PRIMARY KEY (organization_id, month)
);
CALL app.protect('image_service_calls');

-- Takes calls of the month's budget before they are made; false where fewer are left, and then takes none.
CREATE FUNCTION app.take_image_service_calls(calls integer, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  this_month CONSTANT date := date_trunc('month', at AT TIME ZONE 'UTC')::date;
  allowed CONSTANT integer := (SELECT p.image_service_calls_per_month FROM public.organizations AS o
    JOIN public.plans AS p ON p.plan = o.plan WHERE o.organization_id = organization);
BEGIN
  IF calls NOT BETWEEN 1 AND 10 THEN
    RAISE EXCEPTION 'one to ten calls are taken at a time' USING ERRCODE = '22023';
  END IF;
  INSERT INTO public.image_service_calls AS c VALUES (organization, this_month, 0) ON CONFLICT DO NOTHING;
  UPDATE public.image_service_calls AS c SET used = c.used + calls
    WHERE c.organization_id = organization AND c.month = this_month AND c.used + calls <= allowed;
  RETURN FOUND;
END $$;

-- The text that is shown before a face is compared.
ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind IN ('nda', 'privacy', 'face'));
-- How alike, in percent, the face on the document and the photo must be; null where a site compares none.
ALTER TABLE sites ADD COLUMN id_check_face_min smallint CHECK (id_check_face_min BETWEEN 80 AND 100);

-- The verdict on the face, by the site's number of that moment, and the text that the visitor accepted. No picture and no template.
ALTER TABLE id_scans ADD COLUMN face_verdict text CHECK (face_verdict IN ('match', 'near', 'mismatch', 'absent'));
ALTER TABLE id_scans ADD COLUMN face_reason text CHECK (face_reason ~ '^[a-z_]{1,40}$');
ALTER TABLE id_scans ADD COLUMN face_score smallint CHECK (face_score BETWEEN 0 AND 100);
ALTER TABLE id_scans ADD COLUMN face_min smallint;
ALTER TABLE id_scans ADD COLUMN face_notice_version_id uuid;
ALTER TABLE id_scans ADD CONSTRAINT id_scans_face CHECK ((face_verdict IS NULL) = (face_reason IS NULL)
  AND (face_verdict IS NULL) = (face_min IS NULL) AND (face_verdict IS NULL) = (face_notice_version_id IS NULL)
  AND (face_score IS NULL OR face_verdict IS NOT NULL));
-- The check of what is there reads both tables as their owner, and no organization is open.
ALTER TABLE id_scans NO FORCE ROW LEVEL SECURITY;
ALTER TABLE notices NO FORCE ROW LEVEL SECURITY;
ALTER TABLE id_scans ADD CONSTRAINT id_scans_face_notice FOREIGN KEY (organization_id, face_notice_version_id) REFERENCES notices
  ON DELETE RESTRICT;
ALTER TABLE id_scans FORCE ROW LEVEL SECURITY;
ALTER TABLE notices FORCE ROW LEVEL SECURITY;

-- The row of this call has two more columns, and PostgreSQL does not replace such a function. No released version makes this call.
DROP FUNCTION IF EXISTS app.admit_check_in(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz,
  uuid, uuid, uuid, uuid, uuid, uuid);
