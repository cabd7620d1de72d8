-- What fn_seal_audit_log may do: the statements of functions/evidence/seal-audit-log/src/store.rs,
-- and finding their organizations.
GRANT USAGE ON SCHEMA public, app, directory TO fn_seal_audit_log;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid), app.seal_interval_seconds() TO fn_seal_audit_log;
GRANT EXECUTE ON FUNCTION directory.in_turn(text, integer, timestamptz), directory.take_turn(uuid, text, timestamptz) TO fn_seal_audit_log;
GRANT EXECUTE ON FUNCTION directory.enter_log_key(text, bytea, timestamptz) TO fn_seal_audit_log;

GRANT SELECT (organization_id, seq, leaf, link, entry, action), INSERT (draft) ON audit_log TO fn_seal_audit_log;
GRANT SELECT, INSERT, UPDATE (hashes) ON log_tiles TO fn_seal_audit_log;
GRANT SELECT (organization_id, size, root, link, note), INSERT ON log_checkpoints TO fn_seal_audit_log;

INSERT INTO audit_actions (role, action) VALUES ('fn_seal_audit_log', 'log.heartbeat');
