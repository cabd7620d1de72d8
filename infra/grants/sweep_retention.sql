-- What fn_sweep_retention may do: the statements of functions/operations/sweep-retention/src/store.rs, and finding organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, directory TO fn_sweep_retention;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid), app.purge_documents(uuid, timestamptz, integer) TO fn_sweep_retention;
GRANT EXECUTE ON FUNCTION directory.in_turn(text, integer, timestamptz), directory.take_turn(uuid, text, timestamptz) TO fn_sweep_retention;

GRANT SELECT (organization_id, site_id, document_retention_hours) ON sites TO fn_sweep_retention;
GRANT INSERT (draft) ON audit_log TO fn_sweep_retention;

INSERT INTO audit_actions (role, action) VALUES ('fn_sweep_retention', 'documents.purged');
