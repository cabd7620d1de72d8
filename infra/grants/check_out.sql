-- What fn_check_out may do: the statements of functions/visits/check-out/src/store.rs, and the door.
GRANT USAGE ON SCHEMA public, app TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid), app.expect_one(bigint) TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_check_out;

GRANT SELECT (organization_id, visit_id, site_id, type, state, checked_in_at) ON visits TO fn_check_out;
GRANT UPDATE (state, checked_out_at, checked_out_occurred_at, checked_out_device_seq) ON visits TO fn_check_out;
GRANT INSERT ON outbox TO fn_check_out;
GRANT INSERT (draft) ON audit_log TO fn_check_out;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_check_out', 'access.refused'),
  ('fn_check_out', 'visit.checked_out');
