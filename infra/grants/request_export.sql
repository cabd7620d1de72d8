-- What fn_request_export may do: the statements of functions/evidence/request-export/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_request_export;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid) TO fn_request_export;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_request_export;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_request_export;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_request_export;

GRANT SELECT (organization_id, visit_id, site_id) ON visits TO fn_request_export;
GRANT INSERT (organization_id, export_id, kind, visit_id, from_at, to_at, requested_by, requested_by_kind, state, created_at) ON exports TO fn_request_export;
GRANT INSERT (draft) ON audit_log TO fn_request_export;

INSERT INTO audit_actions (role, action, needs_reason) VALUES
  ('fn_request_export', 'access.refused', false),
  ('fn_request_export', 'export.requested', false),
  ('fn_request_export', 'visit.revealed', true);
