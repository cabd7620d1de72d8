-- What fn_sweep_id_scans may do: the statements of functions/operations/sweep-id-scans/src/store.rs, and finding organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, directory TO fn_sweep_id_scans;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid), app.forget_id_scans(timestamptz, integer) TO fn_sweep_id_scans;
GRANT EXECUTE ON FUNCTION directory.in_turn(text, integer, timestamptz), directory.take_turn(uuid, text, timestamptz) TO fn_sweep_id_scans;

GRANT INSERT (draft) ON audit_log TO fn_sweep_id_scans;

INSERT INTO audit_actions (role, action) VALUES ('fn_sweep_id_scans', 'id_scans.destroyed');
