-- What fn_read_audit_log may do: the statements of functions/evidence/read-audit-log/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, audit TO fn_read_audit_log;
GRANT EXECUTE ON FUNCTION app.organization_id(), audit.first_seq_at(text) TO fn_read_audit_log;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_read_audit_log;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_read_audit_log;

GRANT SELECT (organization_id, seq, leaf, link, entry, actor_id, action, target_kind, target_id), INSERT (draft) ON audit_log TO fn_read_audit_log;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_read_audit_log', 'access.refused'),
  ('fn_read_audit_log', 'audit_log.read');
