-- What fn_read_visit may do: the statements of functions/visits/read-visit/src/store.rs, and the door. No sealed column.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_read_visit;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid) TO fn_read_visit;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_read_visit;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_read_visit;

GRANT SELECT (organization_id, host_id, name) ON hosts TO fn_read_visit;
GRANT SELECT (organization_id, version_id, locale, title) ON notices TO fn_read_visit;
GRANT SELECT (organization_id, visit_id, type, state, hold_reasons, site_id, person_id, name, company, email, phone, host_id,
  purpose, visit_type_id, answers, badge_number, nda_version_id, nda_text_sha256, nda_signed_at, carrier, bills_of_lading,
  appointment, load_type, seal, un_number, hazard_class, dangerous_goods, trailer, co_driver, tractor_plate, trailer_plate, created_at,
  checked_in_at, occurred_at, device_seq, checked_out_at, checked_out_occurred_at, checked_out_device_seq,
  decision, decided_at, decided_by, decided_by_member, licence_purged_at, legal_hold_since) ON visits TO fn_read_visit;
GRANT SELECT (organization_id, visit_id, kind, media_type, bytes) ON visit_objects TO fn_read_visit;
GRANT SELECT (organization_id, id_scan_id, visit_id, number_index, verdicts, algorithm, score, purged_at, face_verdict, face_reason, face_score, face_min) ON id_scans TO fn_read_visit;
GRANT SELECT (organization_id, id_scan_id, side, media_type, bytes) ON id_scan_objects TO fn_read_visit;
GRANT INSERT (draft) ON audit_log TO fn_read_visit;

INSERT INTO audit_actions (role, action) VALUES ('fn_read_visit', 'access.refused');
