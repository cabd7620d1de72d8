-- What fn_prove_audit_log may do: the statements of functions/evidence/prove-audit-log/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, audit TO fn_prove_audit_log;
GRANT EXECUTE ON FUNCTION app.organization_id(), audit.broken_since() TO fn_prove_audit_log;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_prove_audit_log;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_prove_audit_log;

GRANT INSERT (draft) ON audit_log TO fn_prove_audit_log;
GRANT SELECT ON log_tiles TO fn_prove_audit_log;
GRANT SELECT (organization_id, size, root, link, note, sealed_at) ON log_checkpoints TO fn_prove_audit_log;

INSERT INTO audit_actions (role, action) VALUES ('fn_prove_audit_log', 'access.refused');
