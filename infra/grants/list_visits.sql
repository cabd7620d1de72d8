-- What fn_list_visits may do: the statements of functions/visits/list-visits/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_list_visits;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid) TO fn_list_visits;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_list_visits;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_list_visits;

GRANT SELECT (organization_id, site_id) ON sites TO fn_list_visits;
GRANT SELECT (organization_id, host_id, name) ON hosts TO fn_list_visits;
GRANT SELECT (organization_id, visit_id, type, state, hold_reasons, site_id, person_id, name, company, carrier, host_id,
  badge_number, checked_in_at, occurred_at, checked_out_at) ON visits TO fn_list_visits;
GRANT INSERT (draft) ON audit_log TO fn_list_visits;

INSERT INTO audit_actions (role, action) VALUES ('fn_list_visits', 'access.refused');
