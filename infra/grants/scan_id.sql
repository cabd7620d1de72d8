-- What fn_scan_id may do: the statements of functions/visits/scan-id/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_scan_id;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid), app.expect_change(bigint) TO fn_scan_id;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_scan_id;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_scan_id;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_scan_id;

GRANT SELECT (organization_id, site_id, time_zone, id_check_age_min, id_check_face_min) ON sites TO fn_scan_id;
GRANT SELECT (organization_id, person_id, wrapped_key), INSERT (organization_id, person_id, kind, key_id, wrapped_key, created_at) ON people TO fn_scan_id;
GRANT SELECT (organization_id, id_scan_id, site_id, person_id, visit_id, credential_id, values_sealed, expires_at, purged_at),
  INSERT (organization_id, id_scan_id, site_id, person_id, visit_id, credential_id, sources, values_sealed, number_index, verdicts, algorithm, score,
    created_at, expires_at, face_verdict, face_reason, face_score, face_min, face_notice_version_id),
  SELECT (face_verdict, face_reason, face_score, face_min, face_notice_version_id),
  UPDATE (sources, values_sealed, number_index, verdicts, algorithm, score, face_verdict, face_reason, face_score, face_min, face_notice_version_id)
  ON id_scans TO fn_scan_id;
GRANT SELECT (organization_id, visit_id, site_id, person_id, state, name, licence_person_id, licence_number_sealed) ON visits TO fn_scan_id;
GRANT SELECT (organization_id, id_scan_id, side), INSERT ON id_scan_objects TO fn_scan_id;
GRANT SELECT (organization_id, version_id, kind, retired_at) ON notices TO fn_scan_id;
GRANT EXECUTE ON FUNCTION app.take_image_service_calls(integer, timestamptz) TO fn_scan_id;
GRANT INSERT (draft) ON audit_log TO fn_scan_id;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_scan_id', 'access.refused'),
  ('fn_scan_id', 'id_scan.recorded');
