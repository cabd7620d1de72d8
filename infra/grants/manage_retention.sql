-- What fn_manage_retention may do: the statements of functions/visits/manage-retention/src/store.rs, and the door. No sealed column.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_manage_retention;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid), app.expect_change(bigint) TO fn_manage_retention;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_retention;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_retention;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_manage_retention;

GRANT SELECT (organization_id, site_id, document_retention_hours), UPDATE (document_retention_hours) ON sites TO fn_manage_retention;
GRANT SELECT (organization_id, visit_id, site_id, type, email, phone, licence_purged_at, legal_hold_since, legal_hold_by, created_at),
  UPDATE (legal_hold_since, legal_hold_by) ON visits TO fn_manage_retention;
GRANT SELECT (organization_id, id_scan_id, site_id, visit_id, purged_at, created_at) ON id_scans TO fn_manage_retention;
GRANT INSERT (draft) ON audit_log TO fn_manage_retention;

INSERT INTO audit_actions (role, action, needs_reason) VALUES
  ('fn_manage_retention', 'access.refused', false),
  ('fn_manage_retention', 'legal_hold.placed', true),
  ('fn_manage_retention', 'legal_hold.released', true),
  ('fn_manage_retention', 'retention.changed', false);
