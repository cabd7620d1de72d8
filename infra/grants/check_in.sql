-- The two round trips of a check-in, each one call, and what fn_check_in may do. The calls run with the rights of the caller:
-- under the grants below and the policies of each table. A connection plans their statements once.
-- Limits: request

-- The first round trip: `app.admit`, whose columns come first, and for an admitted caller what the check-in has to know.
-- A site, host, NDA, visit type or person that is not found leaves its columns null.
CREATE OR REPLACE FUNCTION app.admit_check_in(
  organization uuid, secret_sha256 bytea, secret_kind text, permission text, of_one_site boolean, source_address text,
  cost text, per_minute_override integer, at timestamptz,
  claimed_key bytea, fingerprint bytea, request text, lease timestamptz,
  wanted_site uuid, wanted_host uuid, wanted_nda uuid, wanted_visit_type uuid, wanted_person uuid, wanted_scan uuid,
  OUT outcome text, OUT credential_id uuid, OUT site_id uuid, OUT member_id uuid, OUT impersonation_id uuid, OUT staff_id uuid,
  OUT session_started_at timestamptz, OUT retry_after_s integer, OUT answer bytea,
  OUT key_id uuid, OUT kms_key_id text, OUT wrapped_key bytea, OUT wrapped_index_key bytea,
  OUT found_site uuid, OUT requires_nda boolean, OUT found_host uuid, OUT host_name text,
  OUT found_nda uuid, OUT nda_locale text, OUT nda_text_sha256 bytea, OUT nda_is_retired boolean,
  OUT applies_to text, OUT answers_schema jsonb, OUT person_key bytea,
  OUT found_scan uuid, OUT scan_person uuid, OUT scan_key bytea, OUT scan_values bytea, OUT face_verdict text, OUT face_reason text, OUT today text, OUT age_min integer, OUT id_check_rules jsonb,
  OUT has_watchlist boolean, OUT badge_number integer)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT * INTO outcome, credential_id, site_id, member_id, impersonation_id, staff_id, session_started_at, retry_after_s, answer,
      key_id, kms_key_id, wrapped_key, wrapped_index_key
    FROM app.admit(organization, secret_sha256, secret_kind, permission, of_one_site, source_address, cost, per_minute_override, at,
      claimed_key, fingerprint, request, lease);
  -- A refused caller learns nothing.
  IF outcome <> 'admitted' THEN
    RETURN;
  END IF;
  -- A kiosk may leave the site out: its credential names it. One that names another site finds none.
  SELECT s.site_id, s.requires_nda, to_char(at AT TIME ZONE s.time_zone, 'YYYY-MM-DD') INTO found_site, requires_nda, today
    FROM public.sites AS s WHERE s.site_id = coalesce(wanted_site, admit_check_in.site_id)
      AND s.site_id = coalesce(admit_check_in.site_id, s.site_id);
  IF wanted_host IS NOT NULL THEN
    SELECT h.host_id, h.name INTO found_host, host_name FROM public.hosts AS h WHERE h.host_id = wanted_host;
  END IF;
  IF wanted_nda IS NOT NULL THEN
    SELECT n.version_id, n.locale, n.text_sha256, n.retired_at IS NOT NULL INTO found_nda, nda_locale, nda_text_sha256, nda_is_retired
      FROM public.notices AS n WHERE n.version_id = wanted_nda AND n.kind = 'nda';
  END IF;
  IF wanted_visit_type IS NOT NULL THEN
    SELECT t.applies_to, t.answers_schema INTO applies_to, answers_schema
      FROM public.visit_types AS t WHERE t.visit_type_id = wanted_visit_type AND t.site_id = found_site;
  END IF;
  IF wanted_person IS NOT NULL THEN
    SELECT p.wrapped_key INTO person_key FROM public.people AS p
      WHERE p.person_id = wanted_person AND p.wrapped_key IS NOT NULL AND p.kind IN ('visitor', 'driver');
  END IF;
  -- A scan of the site that no check-in has cited, within its hour.
  IF wanted_scan IS NOT NULL THEN
    SELECT i.id_scan_id, i.person_id, i.values_sealed, p.wrapped_key, i.face_verdict, i.face_reason,
        s.id_check_age_min, s.id_check_rules
      INTO found_scan, scan_person, scan_values, scan_key, face_verdict, face_reason, age_min, id_check_rules
      FROM public.id_scans AS i
      JOIN public.people AS p ON p.organization_id = i.organization_id AND p.person_id = i.person_id
      JOIN public.sites AS s ON s.organization_id = i.organization_id AND s.site_id = i.site_id
      WHERE i.id_scan_id = wanted_scan AND i.site_id = found_site AND i.visit_id IS NULL AND i.purged_at IS NULL AND i.expires_at > at
        AND p.wrapped_key IS NOT NULL;
  END IF;
  -- The first in force, in the order of an index: where one organization has most of the entries, PostgreSQL answers an EXISTS by reading
  -- the table, and for all the others it reads the whole.
  has_watchlist := (SELECT e.entry_id FROM public.watchlist_entries AS e WHERE e.ended_at IS NULL
    ORDER BY e.organization_id, e.entry_id LIMIT 1) IS NOT NULL;
  -- The next number that no visitor on site wears. Two arrivals at once wait for each other here for the length of this
  -- transaction, which does not wait for the disk.
  UPDATE public.badge_counters AS c SET last = (
      SELECT numbers.n FROM (SELECT generate_series(c.last, c.last + 9998) % 9999 + 1 AS n) AS numbers
      WHERE NOT EXISTS (SELECT FROM public.visits AS v WHERE v.organization_id = c.organization_id
        AND v.site_id = c.site_id AND v.badge_number = numbers.n AND v.state = 'on_site') LIMIT 1)
    WHERE c.site_id = found_site RETURNING c.last INTO badge_number;
END $$;

-- The second round trip: writes everything that a check-in of the moment `at` leaves, or nothing. Raises as `app.resume` does.
CREATE OR REPLACE FUNCTION app.record_check_in(
  organization uuid, credential uuid, claimed_key bytea, request text, answer bytea, recorded_at timestamptz,
  at timestamptz, visit jsonb, new_people jsonb, images jsonb, events jsonb, entry jsonb)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  done text;
BEGIN
  done := app.resume_and_settle(organization, credential, claimed_key, request, answer, recorded_at);
  IF new_people <> '[]' THEN
    INSERT INTO public.people (organization_id, person_id, kind, key_id, wrapped_key, created_at)
      SELECT organization, p.person_id, p.kind, p.key_id, p.wrapped_key, at
      FROM jsonb_to_recordset(new_people) AS p (person_id uuid, kind text, key_id uuid, wrapped_key bytea);
  END IF;
  INSERT INTO public.visits (organization_id, visit_id, site_id, person_id, host_id, visit_type_id, type, state, hold_reasons, badge_number, badge_sha256,
      name, company, email, phone, purpose, answers, nda_version_id, nda_text_sha256, nda_signed_at,
      licence_person_id, licence_number_sealed, licence_number_index, carrier, bills_of_lading, appointment, load_type, seal,
      un_number, hazard_class, dangerous_goods, trailer, co_driver, tractor_plate, trailer_plate, checked_in_at, occurred_at, device_seq, created_at)
    SELECT organization, v.visit_id, v.site_id, v.person_id, v.host_id, v.visit_type_id, v.type, v.state, v.hold_reasons, v.badge_number, v.badge_sha256,
      v.name, v.company, v.email, v.phone, v.purpose, v.answers, v.nda_version_id, v.nda_text_sha256, CASE WHEN v.nda_version_id IS NOT NULL THEN at END,
      v.licence_person_id, v.licence_number_sealed, v.licence_number_index, v.carrier, v.bills_of_lading, v.appointment, v.load_type, v.seal,
      v.un_number, v.hazard_class, v.dangerous_goods, v.trailer, v.co_driver, v.tractor_plate, v.trailer_plate, CASE v.state WHEN 'on_site' THEN at END,
      v.occurred_at, v.device_seq, at
    FROM jsonb_to_record(visit) AS v (visit_id uuid, site_id uuid, person_id uuid, host_id uuid, visit_type_id uuid, type text,
      state text, hold_reasons text[], badge_number integer, badge_sha256 bytea, name text, company text, email text, phone text, purpose text, answers jsonb,
      nda_version_id uuid, nda_text_sha256 bytea, licence_person_id uuid, licence_number_sealed bytea, licence_number_index bytea,
      carrier text, bills_of_lading text[], appointment text, load_type text, seal text, un_number text, hazard_class text,
      dangerous_goods jsonb,
      trailer text, co_driver text, tractor_plate text, trailer_plate text, occurred_at timestamptz, device_seq bigint);
  IF images <> '[]' THEN
    INSERT INTO public.visit_objects (organization_id, object_id, visit_id, kind, media_type, bytes, created_at)
      SELECT organization, i.object_id, (visit ->> 'visit_id')::uuid, i.kind, i.media_type, i.bytes, at
      FROM jsonb_to_recordset(images) AS i (object_id uuid, kind text, media_type text, bytes integer);
  END IF;
  -- A scan is cited once.
  IF visit -> 'id_scan' <> 'null' THEN
    UPDATE public.id_scans AS i SET visit_id = (visit ->> 'visit_id')::uuid, verdicts = s.verdicts, algorithm = s.algorithm, score = s.score
      FROM jsonb_to_record(visit -> 'id_scan') AS s (id_scan_id uuid, verdicts jsonb, algorithm text, score integer)
      WHERE i.id_scan_id = s.id_scan_id AND i.visit_id IS NULL AND i.purged_at IS NULL;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the scan was cited by another check-in' USING ERRCODE = 'DB409';
    END IF;
  END IF;
  IF visit -> 'watchlist_matches' <> '[]' THEN
    INSERT INTO public.watchlist_matches (organization_id, match_id, visit_id, entry_id, rule, score, is_weak, algorithm, list_digest, created_at)
      SELECT organization, m.match_id, (visit ->> 'visit_id')::uuid, m.entry_id, m.rule, m.score, m.is_weak, m.algorithm, m.list_digest, at
      FROM jsonb_to_recordset(visit -> 'watchlist_matches') AS m (match_id uuid, entry_id uuid, rule text, score smallint, is_weak boolean,
        algorithm text, list_digest bytea);
  END IF;
  IF visit -> 'watchlist_screening' <> 'null' THEN
    INSERT INTO public.watchlist_screenings (organization_id, visit_id, person_id, asked_sealed, today, compared, created_at)
      SELECT organization, (visit ->> 'visit_id')::uuid, s.person_id, s.asked_sealed, s.today, s.compared, at
      FROM jsonb_to_record(visit -> 'watchlist_screening') AS s (person_id uuid, asked_sealed bytea, today date, compared uuid[]);
  END IF;
  done := app.emit_and_audit(organization, request, at, events, entry);
END $$;

GRANT USAGE ON SCHEMA public, app TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.organization_id() TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.resume_and_settle(uuid, uuid, bytea, text, bytea, timestamptz) TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.emit_and_audit(uuid, text, timestamptz, jsonb, jsonb) TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.admit_check_in(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz,
  uuid, uuid, uuid, uuid, uuid, uuid) TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.record_check_in(uuid, uuid, bytea, text, bytea, timestamptz,
  timestamptz, jsonb, jsonb, jsonb, jsonb, jsonb) TO fn_check_in;

GRANT SELECT (organization_id, site_id, requires_nda, time_zone, id_check_age_min, id_check_rules) ON sites TO fn_check_in;
GRANT SELECT (organization_id, host_id, name) ON hosts TO fn_check_in;
GRANT SELECT (organization_id, version_id, kind, locale, text_sha256, retired_at) ON notices TO fn_check_in;
GRANT SELECT (organization_id, visit_type_id, site_id, applies_to, answers_schema) ON visit_types TO fn_check_in;
GRANT SELECT (organization_id, person_id, kind, wrapped_key), INSERT ON people TO fn_check_in;
GRANT SELECT (organization_id, site_id, last), UPDATE (last) ON badge_counters TO fn_check_in;
GRANT SELECT (organization_id, site_id, badge_number, state), INSERT ON visits TO fn_check_in;
GRANT SELECT (organization_id, id_scan_id, site_id, person_id, visit_id, values_sealed, expires_at, purged_at, face_verdict, face_reason),
  UPDATE (visit_id, verdicts, algorithm, score) ON id_scans TO fn_check_in;
GRANT SELECT (organization_id, entry_id, list, person_id, content_sealed, ended_at) ON watchlist_entries TO fn_check_in;
GRANT SELECT (organization_id, entry_id, key) ON watchlist_keys TO fn_check_in;
GRANT INSERT (organization_id, match_id, visit_id, entry_id, rule, score, is_weak, algorithm, list_digest, created_at)
  ON watchlist_matches TO fn_check_in;
GRANT INSERT ON watchlist_screenings TO fn_check_in;
GRANT INSERT ON visit_objects, outbox TO fn_check_in;
GRANT INSERT (draft) ON audit_log TO fn_check_in;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_check_in', 'access.refused'),
  ('fn_check_in', 'visit.checked_in'),
  ('fn_check_in', 'visit.held');
