-- What fn_seal_audit_log may do: the statements of functions/evidence/seal-audit-log/src/store.rs,
-- and finding their organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, audit, directory TO fn_seal_audit_log;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid), app.seal_interval_seconds() TO fn_seal_audit_log;
GRANT EXECUTE ON FUNCTION directory.in_turn(text, integer, timestamptz), directory.take_turn(uuid, text, timestamptz) TO fn_seal_audit_log;
GRANT EXECUTE ON FUNCTION directory.enter_log_key(text, bytea, timestamptz), directory.by_slug(text) TO fn_seal_audit_log;
GRANT EXECUTE ON FUNCTION audit.compare_next(bigint), audit.first_difference(bigint, bigint), audit.mark_broken(bigint, timestamptz),
  audit.mark_broken_by_anchor(text, bigint, timestamptz) TO fn_seal_audit_log;

GRANT SELECT (organization_id, seq, leaf, link, entry, action), INSERT (draft) ON audit_log TO fn_seal_audit_log;
GRANT SELECT, INSERT, UPDATE (hashes) ON log_tiles TO fn_seal_audit_log;
GRANT SELECT (organization_id, size, root, link, note), INSERT ON log_checkpoints TO fn_seal_audit_log;

-- The mark of a broken log, and the mails that tell of it.
GRANT SELECT (organization_id, broken_since, cause, seq, told_operator_at, recovered_at), UPDATE (told_operator_at) ON log_breaks TO fn_seal_audit_log;
GRANT SELECT (organization_id, member_id, role, state) ON members TO fn_seal_audit_log;
GRANT INSERT (organization_id, mail_id, member_id, kind, requested_at, not_before) ON mails TO fn_seal_audit_log;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_seal_audit_log', 'log.found_broken'),
  ('fn_seal_audit_log', 'log.heartbeat');
