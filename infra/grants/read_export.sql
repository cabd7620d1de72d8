-- What fn_read_export may do: the statements of functions/evidence/read-export/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_read_export;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id() TO fn_read_export;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_read_export;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_read_export;

GRANT SELECT (organization_id, export_id, kind, state, visit_id, from_at, to_at, created_at, first_seq, tree_size, entries_done,
  bytes, manifest_sha256, built_at, expires_at, failure) ON exports TO fn_read_export;
GRANT SELECT (organization_id, visit_id, site_id) ON visits TO fn_read_export;
GRANT INSERT (draft) ON audit_log TO fn_read_export;

INSERT INTO audit_actions (role, action) VALUES ('fn_read_export', 'access.refused');
