-- What fn_check_in may do: the statements of functions/visits/check-in/src/store.rs and record.rs, and the door.
GRANT USAGE ON SCHEMA public, app TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid) TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_check_in;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_check_in;

GRANT SELECT (organization_id, site_id, requires_nda) ON sites TO fn_check_in;
GRANT SELECT (organization_id, host_id, name) ON hosts TO fn_check_in;
GRANT SELECT (organization_id, version_id, kind, locale, text_sha256, retired_at) ON notices TO fn_check_in;
GRANT SELECT (organization_id, visit_type_id, site_id, applies_to, answers_schema) ON visit_types TO fn_check_in;
GRANT SELECT (organization_id, person_id, kind, wrapped_key), INSERT ON people TO fn_check_in;
GRANT SELECT (organization_id, site_id, last), UPDATE (last) ON badge_counters TO fn_check_in;
GRANT SELECT (organization_id, site_id, badge_number, state), INSERT ON visits TO fn_check_in;
GRANT INSERT ON visit_objects, outbox TO fn_check_in;
GRANT INSERT (draft) ON audit_log TO fn_check_in;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_check_in', 'access.refused'),
  ('fn_check_in', 'visit.checked_in');
