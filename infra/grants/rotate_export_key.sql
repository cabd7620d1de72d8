-- What fn_rotate_export_key may do: the statements of functions/evidence/rotate-export-key/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_rotate_export_key;
GRANT EXECUTE ON FUNCTION app.organization_id() TO fn_rotate_export_key;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_rotate_export_key;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_rotate_export_key;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_rotate_export_key;

GRANT SELECT (organization_id, export_key_id, retired_at), INSERT (organization_id, export_key_id, key_id, key_sealed, created_at),
  UPDATE (retired_at) ON export_keys TO fn_rotate_export_key;
GRANT INSERT (draft) ON audit_log TO fn_rotate_export_key;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_rotate_export_key', 'access.refused'),
  ('fn_rotate_export_key', 'export_key.rotated');
