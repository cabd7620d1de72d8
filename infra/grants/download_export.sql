-- What fn_download_export may do: the statements of functions/evidence/download-export/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_download_export;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id() TO fn_download_export;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_download_export;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_download_export;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_download_export;

GRANT SELECT (organization_id, export_id, state, visit_id, bytes, manifest_sha256) ON exports TO fn_download_export;
GRANT SELECT (organization_id, visit_id, site_id) ON visits TO fn_download_export;
GRANT INSERT (draft) ON audit_log TO fn_download_export;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_download_export', 'access.refused'),
  ('fn_download_export', 'export.downloaded');
