-- What fn_reveal_visit may do: the statements of functions/visits/reveal-visit/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_reveal_visit;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid) TO fn_reveal_visit;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_reveal_visit;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_reveal_visit;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_reveal_visit;
GRANT EXECUTE ON FUNCTION app.refused_reasons_wait(bytea, timestamptz), app.count_refused_reason(uuid, timestamptz) TO fn_reveal_visit;

GRANT SELECT (organization_id, visit_id, site_id, person_id, licence_person_id, licence_number_sealed, email, phone) ON visits TO fn_reveal_visit;
GRANT SELECT (organization_id, person_id, wrapped_key) ON people TO fn_reveal_visit;
GRANT SELECT (organization_id, object_id, visit_id, kind) ON visit_objects TO fn_reveal_visit;
GRANT SELECT (organization_id, id_scan_id, visit_id, person_id, values_sealed, purged_at) ON id_scans TO fn_reveal_visit;
GRANT SELECT (organization_id, object_id, id_scan_id, side) ON id_scan_objects TO fn_reveal_visit;
GRANT INSERT (draft) ON audit_log TO fn_reveal_visit;

INSERT INTO audit_actions (role, action, needs_reason) VALUES
  ('fn_reveal_visit', 'access.refused', false),
  ('fn_reveal_visit', 'visit.revealed', true);
